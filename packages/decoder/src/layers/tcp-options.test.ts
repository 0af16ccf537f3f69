import { describe, expect, it } from 'vitest';
import { bytes, decodeLayer, encodeAgain } from '../../test/layers.ts';
import { decodeTcp, type Tcp } from './tcp.ts';

/** A header with these options, padded with end-of-list bytes to a multiple of four. */
function read(text: string, cut = 0) {
  const given = bytes(text);
  const options = Buffer.concat([given, Buffer.alloc((4 - (given.length % 4)) % 4)]);
  const header = Buffer.concat([bytes('1000 1001 00000000 00000000 5010 0000 0000 0000'), options]);
  header[12] = (header.length / 4) << 4;
  const { layers, problem, rest } = decodeLayer(decodeTcp, header, cut);
  expect(encodeAgain(layers)).toEqual(header);
  expect(rest).toBe(0);
  const { raw, ...fields } = (layers[0] as Tcp).options as NonNullable<Tcp['options']>;
  expect(raw).toBe(options.toString('hex'));
  return { ...fields, ...(problem === null ? {} : { problem }) };
}

describe('decodeTcpOptions', () => {
  it.each([
    ['02 04 05b4', { MSS: 1460 }],
    ['03 03 0e', { WScale: 14 }],
    ['04 02', { SAckOK: true }],
    ['05 0a 00000001 ffffffff', { SAck: [[1, 0xffffffff]] }],
    [
      '05 12 00000001 00000002 80000000 80000001',
      {
        SAck: [
          [1, 2],
          [0x80000000, 0x80000001],
        ],
      },
    ],
    ['05 02', { SAck: [] }],
    ['08 0a ffffffff 80000000', { Timestamp: [0xffffffff, 0x80000000] }],
    ['0e 05 01 abcd', { AltChkSum: [1, 0xabcd] }],
    ['1c 04 8078', { UTO: 0x8078 }],
    ['13 12 000102030405060708090a0b0c0d0e0f', { MD5: '000102030405060708090a0b0c0d0e0f' }],
    ['1d 04 0102', { AO: '0102' }],
    ['1e 04 00 81', { MPTCP: '0081' }],
    ['22 02', { TFO: '' }],
    ['22 0a 0102030405060708', { TFO: '0102030405060708' }],
    ['fd 04 f989', { other: [[253, 'f989']] }],
    ['01 01 01 02 04 05b4', { MSS: 1460 }],
    ['00 02 04 05b4', {}],
    ['', undefined],
  ])('reads %s', (text, fields) => {
    if (fields !== undefined) return expect(read(text)).toEqual(fields);
    expect(
      (decodeLayer(decodeTcp, bytes('1000 1001 00000000 00000000 5010 0000 0000 0000')).layers[0] as Tcp)
        .options,
    ).toBe(undefined);
  });

  it('keeps options whose length is not theirs as bytes', () => {
    expect(read('02 03 05 03 04 0102 04 03 01 05 05 010203 08 06 00000001')).toEqual({
      other: [
        [2, '05'],
        [3, '0102'],
        [4, '01'],
        [5, '010203'],
        [8, '00000001'],
      ],
    });
  });

  it('joins the bodies of several multipath options', () => {
    expect(read('1e 04 00 81 1e 03 50')).toEqual({ MPTCP: '008150' });
  });

  it('has the last of a repeated option; raw has them all', () => {
    expect(read('02 04 05b4 02 04 0200')).toEqual({ MSS: 512 });
  });

  it.each([
    ['02 00 0000', 'option 2 has length 0, 4 bytes are there'],
    ['02 01 0000', 'option 2 has length 1, 4 bytes are there'],
    ['01 02 04 05', 'option 2 has length 4, 3 bytes are there'],
    ['01 01 01 02', 'option 2 has length 0, 1 bytes are there'],
    ['fe ff 0000', 'option 254 has length 255, 4 bytes are there'],
  ])('reports the impossible length in %s, also in a cut packet', (text, reason) => {
    const problem = { layer: 'tcp', kind: 'malformed', reason };
    expect(read(text)).toEqual({ problem });
    expect(read(text, 1000)).toEqual({ problem });
    expect(read(`03 03 07 01 ${text}`)).toMatchObject({ WScale: 7, problem: { layer: 'tcp' } });
  });
});
