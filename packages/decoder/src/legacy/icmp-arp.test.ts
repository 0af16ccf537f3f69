import { describe, expect, it } from 'vitest';
import { frame, ip, project } from '../../test/legacy-frames.ts';

const icmpOf = (message: string) => project(frame(0x0800, ip(1, message)))?.icmp;

describe('icmp', () => {
  it('has the id as code, and null for fields of other types only while bytes follow', () => {
    expect(JSON.stringify(icmpOf('0800 f7fe 0001 0002'))).toBe('{"type":8,"code":1,"seq":2}');
    expect(JSON.stringify(icmpOf('0800 f7fe 0001 0002 61'))).toBe(
      '{"type":8,"code":1,"seq":2,"ts_ori":null,"ts_rx":null,"ts_tx":null,"gw":null,"ptr":null,' +
        '"addr_mask":null,"unused":null}',
    );
  });

  it('has the checksum as code without an id, and the real code without either', () => {
    expect(icmpOf('0801 f7fe 0000 0002')?.code).toBe(0xf7fe);
    expect(icmpOf('0301 0000 00000000')?.code).toBe(1);
  });

  it.each([
    ['0d00 0000 0001 0002 00000064 000000c8 0000012c', { ts_ori: 100, ts_rx: 200, ts_tx: 300 }],
    ['0501 0000 0a0000fe', { gw: '10.0.0.254' }],
    ['0c00 0000 05 000000', { ptr: 5 }],
    ['0c00 0000 05 000001', { ptr: 1 }],
    ['1100 0000 0001 0002 ffffff00', { addr_mask: '255.255.255.0' }],
    ['0300 0000 00000007', { unused: 7 }],
  ])('%s', (message, expected) => {
    expect(icmpOf(message)).toMatchObject(expected);
  });

  it('is cut at the border of a field, and raw inside one', () => {
    expect(icmpOf('08')).toEqual({ type: 8 });
    expect(icmpOf('0800 f7fe 0001')).toEqual({ type: 8, code: 1 });
    expect(icmpOf('0800 f7')).toBeUndefined();
  });
});

describe('arp', () => {
  const REQUEST = '0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002';

  it('holds what its names say; what follows is padding', () => {
    const data = project(frame(0x0806, `${REQUEST} 0000`));
    expect(JSON.stringify(data?.arp)).toBe(
      '{"hwtype":1,"ptype":2048,"hwlen":6,"plen":4,"op":1,"hwsrc":"02:00:00:00:00:01","psrc":"10.0.0.1",' +
        '"hwdst":"00:00:00:00:00:00","pdst":"10.0.0.2"}',
    );
    expect(data?.padding).toEqual({ load: '0000' });
  });

  it('is raw when it is cut inside a field', () => {
    expect(project(frame(0x0806, '0001 08'))?.raw).toEqual({ load: '000108' });
    expect(project(frame(0x0806, '0001 0800'))?.arp).toEqual({ hwtype: 1, ptype: 2048 });
  });
});
