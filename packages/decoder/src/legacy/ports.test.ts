import { describe, expect, it } from 'vitest';
import { frame, ip, layersOf, project, tcp, udp } from '../../test/legacy-frames.ts';
import { tcpNext, udpNext } from './ports.ts';

describe('ports', () => {
  it('need both sides for some protocols', () => {
    expect([udpNext(123, 123), udpNext(123, 9), udpNext(9, 123)]).toEqual(['ntp', undefined, undefined]);
    expect([udpNext(68, 67), udpNext(67, 67), udpNext(68, 68)]).toEqual(['bootp', 'bootp', undefined]);
  });

  it('need one side, or a certain one, for others', () => {
    expect([udpNext(53, 9), udpNext(9, 53), udpNext(69, 9), udpNext(9, 69)]).toEqual([
      'dns',
      'dns',
      undefined,
      'tftp',
    ]);
    expect([udpNext(137, 9), udpNext(9, 137), udpNext(137, 137)]).toEqual([
      'nbnsResponse',
      'nbnsRequest',
      'nbnsRequest',
    ]);
    expect(udpNext(5353, 5353)).toBeUndefined();
  });

  it('are others for TCP', () => {
    expect([tcpNext(9, 53), tcpNext(139, 9), tcpNext(9, 139), tcpNext(9, 123)]).toEqual([
      'dnsTcp',
      undefined,
      'nbtSession',
      undefined,
    ]);
  });
});

const TEXT = '00'.repeat(31);
const udpLayers = (sport: number, dport: number, payload: string) =>
  layersOf(frame(0x0800, ip(17, udp(sport, dport, payload)))).slice(3);

describe('the payload between bound ports', () => {
  it.each([
    ['bootp', 68, 67, `010106 00 ${'00'.repeat(232)} 63825363 350101ff`, []],
    ['bootp cut inside a field', 68, 67, '010106 00 0000', ['raw']],
    ['ntp', 123, 123, `e3 ${'00'.repeat(47)}`, []],
    ['ntp with an authenticator', 123, 123, `e3 ${'00'.repeat(47)} 61`, ['raw']],
    ['ntp control', 123, 123, 'd6 01 0001 0000 0000 0000 0000', []],
    ['a NetBIOS name request', 9, 137, `0001 0110 0001 0000 0000 0000 ${TEXT} 4141 00 0020 0001`, []],
    [
      'a NetBIOS datagram with data',
      138,
      138,
      `1102 0001 0a000001 008a 0020 0000 ${TEXT} 4141 00 ${TEXT} 4141 00 61`,
      ['raw'],
    ],
    ['rip', 520, 520, `0202 0000 0002 0000 ${'00'.repeat(16)}`, []],
    ['rip with half an entry', 520, 520, '0202 0000 0002 0000 00', ['raw']],
    ['tftp', 9, 69, '0001 66 00 6f63746574 00', []],
    ['tftp with options', 9, 69, '0001 66 00 6f 00 626c6b 00 31 00', []],
    ['tftp with an option that is cut', 9, 69, '0001 66 00 6f 00 626c6b', ['raw']],
    ['tftp without a zero byte', 9, 69, '0001 66', ['raw']],
    ['tftp data', 9, 69, '0003 0001 61', ['raw']],
    ['isakmp', 500, 500, `${'00'.repeat(16)} 0010 0500 00000000 0000001c`, []],
    [
      'isakmp with payloads',
      500,
      500,
      `${'00'.repeat(16)} 0410 0500 00000000 0000001c 0d00 0006 6161 0000 0004`,
      [],
    ],
    ['encrypted isakmp', 500, 500, `${'00'.repeat(16)} 0810 0501 00000000 0000001c 61`, ['raw']],
    ['hsrp', 1985, 1985, `00 00 10 03 0a 78 01 00 636973636f000000 0a000001`, []],
    ['esp', 9, 4500, '00000001 00000002 61', []],
    ['a keep-alive instead of esp', 9, 4500, 'ff', ['raw']],
    ['dhcp6', 546, 547, '01 000001 0008 0002 0000', []],
    ['no dhcp6', 546, 547, 'ff 000001', ['raw']],
    ['snmp', 9, 161, '30 03 020101', []],
    ['no snmp', 9, 161, '61', ['raw']],
    ['mgcp', 9, 2727, '41554550 20', ['raw']],
    ['sebek', 9, 1101, `00d0d0d0 0001 0000 ${'00'.repeat(12)} ${'00'.repeat(24)} 00000001 61`, []],
    ['mobile ip', 9, 434, '01 00 00b4 0a000001 0a000002 0a000003 0000000000000001', []],
    ['radius', 9, 1812, '01010014', ['raw']],
    ['vxlan', 9, 4789, '0800000000000500', ['raw']],
  ])('%s', (_name, sport, dport, payload, rest) => {
    expect(udpLayers(sport, dport, payload)).toEqual(rest);
  });

  it('is IP again in mobile IP', () => {
    expect(udpLayers(9, 434, `04 04 0000 ${ip(17, udp(1, 2, '61'))}`)).toEqual(['raw']);
    expect(
      project(frame(0x0800, ip(17, udp(9, 434, `04 04 0000 ${ip(17, udp(1, 2, '61'))}`))))?.udp?.sport,
    ).toBe(1);
  });

  it('over TCP', () => {
    const layers = (dport: number, payload: string) =>
      layersOf(frame(0x0800, ip(6, tcp(9, dport, payload)))).slice(3);
    expect(layers(139, '00000004 61626364')).toEqual([]);
    expect(layers(139, `00000025 ff534d42 72 ${'00'.repeat(30)} 02 4e54 00`)).toEqual([]);
    expect(layers(139, `00000025 ff534d42 72 ${'00'.repeat(30)} 02 4e54`)).toEqual(['raw']);
    expect(layers(139, '0000')).toEqual(['raw']);
    expect(layers(2000, '04000000 00000000 00000000 61')).toEqual(['raw']);
    expect(layers(2000, '04000000 00000000 00000000')).toEqual([]);
  });
});

describe('other protocols above IPv4', () => {
  it.each([
    ['sctp', 132, '0001 0002 00000000 00000000', []],
    ['sctp data', 132, '0001 0002 00000000 00000000 0003 0011 00000000 0000 0000 00000000 61 000000', []],
    ['sctp with bytes behind the chunk', 132, '0001 0002 00000000 00000000 0b00 0004 616263', ['padding']],
    ['an unknown sctp chunk', 132, '0001 0002 00000000 00000000 c000 0004', ['raw']],
    [
      'a selective acknowledgement',
      132,
      '0001 0002 00000000 00000000 0300 0014 00000000 00000000 0001 0000 00020003',
      [],
    ],
    ['vrrp', 112, `2101 6401 0001 0000 c0a80001 ${'00'.repeat(8)}`, []],
    ['vrrp with an address that is cut', 112, '2101 6401 0001 0000 c0a8', ['raw']],
    ['igmp', 2, '1600 0904 e00000fb', ['raw']],
  ])('%s', (_name, protocol, payload, rest) => {
    expect(layersOf(frame(0x0800, ip(protocol, payload))).slice(2)).toEqual(rest);
  });
});
