import { describe, expect, it } from 'vitest';
import { bytes, frame, ip, project, size } from '../../test/legacy-frames.ts';
import { splitTcpOptions, tcpOptionFields } from './tcp-options.ts';

function fields(hex: string): unknown {
  const data = bytes(hex);
  const options = splitTcpOptions(data, 0, data.length);
  return options === null ? null : tcpOptionFields(data, options);
}

describe('TCP options', () => {
  it('stand in the original’s order, the last one of a kind', () => {
    const made = fields('020405b4 0402 080a 0000000700000008 01 030307 02040001');
    expect(JSON.stringify(made)).toBe('{"NOP":null,"MSS":1,"WScale":7,"SAckOK":"","Timestamp":7}');
  });

  it.each([
    ['01 050a 0000006400 0000c8', { NOP: null, SAck: [100, 200] }],
    ['0506 00000064', { SAck: 100 }],
    ['0502', { SAck: [] }],
    ['0e05 01 0002', { AltChkSum: [1, 2] }],
    ['00 02040001', { EOL: null }],
    ['2208 010203040506', {}],
    ['0804 0900', { Timestamp: 9 }],
    ['0802', {}],
  ])('%s', (hex, expected) => {
    expect(fields(hex)).toEqual(expected);
  });

  it.each([
    ['0203 05', { MSS: null }],
    ['0304 0102', { WScale: null }],
    ['0505 010203', { SAck: null }],
    ['0e04 0102', { AltChkSum: null }],
    ['0f04 0a0b', { AltChkSumOpt: '0a0b' }],
    ['1904 3a29', { Mood: '3a29' }],
  ])('%s, which crashes the original, has a sane value', (hex, expected) => {
    expect(fields(hex)).toEqual(expected);
  });

  it('are Python’s list where SAckOK has a body that is no text', () => {
    expect(fields('0403 ff 01 020405b4 080a 0000000100000002 0502 fe04 2741 1903 41 00')).toBe(
      "[('SAckOK', b'\\xff'), ('NOP', None), ('MSS', 1460), ('Timestamp', (1, 2)), ('SAck', ()), " +
        `(254, b"'A"), ('Mood', b''), ('EOL', None)]`,
    );
    expect(fields('0403 61')).toEqual({ SAckOK: 'a' });
  });

  it('take a length below 2 as 2, and cut one that is too large', () => {
    expect(fields('0200 0105')).toBeNull();
    expect(fields('0200 01')).toEqual({ NOP: null, MSS: null });
    expect(fields('02ff 05b4')).toEqual({ MSS: 1460 });
  });

  it('that end in a kind without a length make the segment raw', () => {
    const segment = '0001 0002 00000009 00000000 6002 2000 0000 0000 01010102';
    const data = project(frame(0x0800, ip(6, segment)));
    expect(data?.tcp).toBeUndefined();
    expect(data?.raw).toEqual({ load: bytes(segment).toString('hex') });
  });

  it('stand behind the urgent pointer', () => {
    const segment = '0001 0002 00000009 00000000 6002 2000 0000 0005 01010100';
    const data = project(frame(0x0800, ip(6, segment)));
    expect(size(segment)).toBe(24);
    expect(JSON.stringify(data?.tcp)).toBe(
      '{"sport":1,"dport":2,"seq":8192,"fields_urgptr":5,"fields_options":{"EOL":null,"NOP":null}}',
    );
  });
});
