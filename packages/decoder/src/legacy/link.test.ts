import { describe, expect, it } from 'vitest';
import { frame, ip, layersOf, project, udp } from '../../test/legacy-frames.ts';

const PACKET = ip(17, udp(1, 2, '61'));
const READ = ['ether', 'ip', 'udp', 'raw'];

describe('layers below IP', () => {
  it.each([
    ['a VLAN', frame(0x8100, `0064 0800 ${PACKET}`)],
    ['two VLANs', frame(0x8100, `0064 8100 00c8 0800 ${PACKET}`)],
    ['SNAP in a VLAN', frame(0x8100, `0064 0025 aaaa03 000000 0800 ${PACKET}`)],
    ['PPPoE', frame(0x8864, `1100 0001 001f 0021 ${PACKET}`)],
    ['PPPoE with HDLC', frame(0x8864, `1100 0001 0021 ff03 0021 ${PACKET}`)],
    ['GRE', frame(0x0800, ip(47, `0000 0800 ${PACKET}`))],
    [
      'GRE with checksum, key and sequence number',
      frame(0x0800, ip(47, `b000 0800 00000000 00000001 00000002 ${PACKET}`)),
    ],
    ['L2TP', frame(0x0800, ip(17, udp(1701, 1701, `0002 0020 0001 0001 0000 0000 0000 0021 ${PACKET}`)))],
  ])('lead to the packet in %s', (_name, data) => {
    expect(layersOf(data).sort()).toEqual([...READ].sort());
    expect(project(data)?.raw).toEqual({ load: '61' });
    expect(project(data)?.udp).toMatchObject({ sport: 1, dport: 2 });
  });

  it('put the inner Ethernet header in the outer one’s place', () => {
    const inner = frame(0x0800, PACKET).toString('hex').replace(/^02/, '06');
    expect(project(frame(0x0800, ip(47, `0000 0001 ${inner}`)))?.ether?.dst).toBe('06:00:00:00:00:02');
  });

  it.each([
    ['0x88a8', frame(0x88a8, `0064 0800 ${PACKET}`)],
    ['MPLS', frame(0x8847, `00001140 ${PACKET}`)],
    ['IPv6 in SNAP', frame(0x8100, '0064 0020 aaaa03 000000 86dd 60')],
    ['PPP that is not IPv4', frame(0x8864, '1100 0001 0003 0057 60')],
    ['GRE of an unknown type', frame(0x0800, ip(47, '0000 6558 61'))],
    ['GRE with a routing list', frame(0x0800, ip(47, `4000 0800 00000000 0000 00 04 01020304`))],
    ['a VLAN header cut inside', frame(0x8100, '0064 08')],
  ])('leave the rest of %s as raw', (_name, data) => {
    expect(layersOf(data).at(-1)).toBe('raw');
    expect(layersOf(data)).not.toContain('udp');
  });

  it('give EAPOL and short VLAN lengths their padding', () => {
    expect(project(frame(0x888e, '0103 0002 6162 6363'))).toMatchObject({
      raw: { load: '6162' },
      padding: { load: '6363' },
    });
    expect(layersOf(frame(0x888e, '0100 0005 0101 0005 01 0000'))).toEqual(['ether', 'padding']);
    expect(layersOf(frame(0x8100, '0064 0004 424203 61 62'))).toEqual(['ether', 'raw', 'padding']);
  });

  it('hide a whole bridge or PPP message', () => {
    const bridge = `424203 ${'00'.repeat(35)}`;
    expect(layersOf(frame(0x8100, `0064 0026 ${bridge}`))).toEqual(['ether']);
    expect(layersOf(frame(0xc021, '0101 0008 01 04 05dc'))).toEqual(['ether']);
    expect(layersOf(frame(0xc021, '0901 0008 00000001 61'))).toEqual(['ether', 'raw']);
    expect(layersOf(frame(0x8863, '1109 0000 0008 0101 0000 0103 0000'))).toEqual(['ether']);
  });

  it('make an empty dict of a PPPoE header without its length', () => {
    expect(project(frame(0x8864, '1100 0001'))).toEqual({});
  });
});
