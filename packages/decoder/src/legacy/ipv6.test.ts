import { describe, expect, it } from 'vitest';
import { frame, ip, ipv6, layersOf, project, size, udp } from '../../test/legacy-frames.ts';

const DATAGRAM = udp(1, 2, '61');
const ADDRESS = 'fd000000000000000000000000000003';
const over = (next: number, payload: string) => frame(0x86dd, ipv6(next, payload));

describe('ipv6', () => {
  it('holds what its names say', () => {
    const packet = ipv6(17, DATAGRAM).replace('60000000', '60312345');
    expect(project(frame(0x86dd, packet))?.ipv6).toEqual({
      version: 6,
      tc: 3,
      fl: 0x12345,
      plen: 9,
      nh: 17,
      hlim: 64,
      src: 'fd00::1',
      dst: 'fd00::2',
    });
  });

  it.each([
    ['options', 0, `1100 010400000000 ${DATAGRAM}`],
    ['long options', 60, `1101 ${'00'.repeat(14)} ${DATAGRAM}`],
    ['routing', 43, `1102 0001 00000000 ${ADDRESS} ${DATAGRAM}`],
    ['a fragment', 44, `1100 0001 00000063 ${DATAGRAM}`],
    ['a later fragment', 44, `1100 0ff8 00000063 ${DATAGRAM}`],
    ['IPv6', 41, ipv6(17, DATAGRAM)],
  ])('leads to the datagram behind %s', (_name, next, payload) => {
    expect(layersOf(over(next, payload))).toEqual(['ether', 'ipv6', 'udp', 'raw']);
  });

  it.each([
    ['no next header', 59, '61'],
    ['ICMP for IPv4', 1, '0800'],
    ['a routing header with half an address', 43, `1101 0001 00000000 ${ADDRESS}`],
    ['a fragment header cut inside', 44, '1100 00'],
    ['a mobility header that is too short', 135, '3b00 00'],
  ])('leaves the rest behind %s as raw', (_name, next, payload) => {
    expect(layersOf(over(next, payload))).toEqual(['ether', 'ipv6', 'raw']);
  });

  it('hides what takes all the bytes there are', () => {
    for (const [next, payload] of [
      [50, '00000001 00000002 61'],
      [51, '1104 0000 00000001 00000002 61'],
      [135, '3b01 05 00 0000 0001 8000 0003 0000 0000'],
      [58, '8000 0000 0001 0002 70696e67'],
    ] as const) {
      expect(layersOf(over(next, payload)), `${next}`).toEqual(['ether', 'ipv6']);
    }
  });

  it('has IPv4 inside, and lies inside IPv4', () => {
    expect(layersOf(over(4, ip(17, DATAGRAM)))).toEqual(['ether', 'ipv6', 'ip', 'udp', 'raw']);
    expect(layersOf(frame(0x0800, ip(41, ipv6(17, DATAGRAM))))).toEqual([
      'ether',
      'ip',
      'ipv6',
      'udp',
      'raw',
    ]);
  });
});

describe('icmpv6', () => {
  it.each([
    ['a solicitation with an option', `8700 0000 00000000 ${ADDRESS} 0101 020000000001`, []],
    [
      'an advertisement with three',
      `8600 0000 4000 0708 00000000 00000000 0501 0000 000005dc 0101 020000000001`,
      [],
    ],
    ['an unknown option', `8500 0000 00000000 0e01 000000000000`, ['raw']],
    ['an option cut inside', `8500 0000 00000000 0101 0200`, ['raw']],
    ['one byte behind it', `8500 0000 00000000 01`, ['raw']],
    ['servers', `8500 0000 00000000 1903 0000 00000000 ${ADDRESS}`, []],
    ['half a server', `8500 0000 00000000 1902 0000 00000000 0000000000000000`, ['raw']],
    ['a route', `8500 0000 00000000 1802 4000 00000000 fd00000000000000`, []],
    ['a route that is cut', `8500 0000 00000000 1803 4000 00000000 fd00000000000000`, ['raw']],
    ['a listener report', `8300 0000 0000 0000 ${ADDRESS}`, []],
    ['a report that is too short', '8300 0000 0000 0000 0000', ['raw']],
    ['version 2 of it', '8f00 0000 0000 0000', ['raw']],
    ['a query for a name', '8b01 0000 0002 0000 0000000000000001 0161', []],
    ['a query without an address', '8b00 0000 0003 0000 0000000000000001 01', ['raw']],
    ['a reply with addresses', '8c00 0000 0004 0000 0000000000000001 00000000 01020304 00', ['raw']],
    ['a multicast router', '9900 0000 61626364 65', ['raw', 'padding']],
  ])('%s', (_name, message, rest) => {
    expect(layersOf(over(58, message))).toEqual(['ether', 'ipv6', ...rest]);
  });

  it('shows the payload of the packet that an error quotes, and nothing else of it', () => {
    const data = project(over(58, `0104 0000 00000000 ${ipv6(17, udp(7, 8, '78'))}`));
    expect(Object.keys(data ?? {})).toEqual(['ether', 'ipv6', 'raw']);
    expect(data).toMatchObject({ ipv6: { nh: 58 }, raw: { load: '78' } });
  });

  it('behind options is found as well', () => {
    expect(layersOf(over(0, `3a00 050200000100 8300 0000 0000 0000 ${ADDRESS}`))).toEqual(['ether', 'ipv6']);
    expect(size(ADDRESS)).toBe(16);
  });
});
