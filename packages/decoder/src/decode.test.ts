import { describe, expect, it } from 'vitest';
import { decodeFrame, encodedAgain, namesOf, packetOf } from '../test/frames.ts';
import { bytes, fieldsOf } from '../test/layers.ts';
import { SAMPLES } from '../test/samples.ts';
import { LinkType } from './link-types.ts';

const MACS = '020000000001 020000000002';
const IPIP = bytes('4500 0000 0000 0000 4004 0000 c000020a c0000201');
const linkTypes = [...Object.values(LinkType), 2, 127, 65535];

describe('decode', () => {
  it.each(linkTypes)('survives frames of 0 to 64 bytes of link type %i, and keeps every byte', (linkType) => {
    const wrong: string[] = [];
    for (let length = 0; length <= 64; length++) {
      for (const byte of [0x00, 0x0f, 0x45, 0x60, 0x81, 0xaa, 0xff]) {
        const frame = Buffer.alloc(length, byte);
        for (const cut of [0, 1000]) {
          const { problem } = decodeFrame(frame, { linkType, cut });
          const sound = cut > 0 || problem?.kind !== 'truncated';
          if (!sound || !encodedAgain(packetOf(frame, { linkType, cut })).equals(frame)) {
            wrong.push(`${length} bytes of ${byte}, ${cut} cut`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('blames the snaplen, and only the snaplen, wherever it cuts a sound frame', () => {
    for (const { frame, linkType } of SAMPLES) {
      const whole = decodeFrame(frame, { linkType });
      const names = namesOf(whole);
      for (let have = 0; have < frame.length; have++) {
        const cut = decodeFrame(frame.subarray(0, have), { linkType, cut: frame.length - have });
        const where = `${names.join(':')} cut to ${have}`;
        expect(cut.truncated, where).toBe(true);
        expect(cut.problem?.kind ?? 'truncated', where).toBe('truncated');
        // Layers that are there are the same ones, and their fields have the same values.
        const layers = cut.layers.filter(({ layer }) => layer !== 'raw' && layer !== 'padding');
        layers.forEach((layer, i) => {
          expect(layer.layer, where).toBe(names[i]);
          const all = JSON.parse(JSON.stringify(whole.layers[i])) as Record<string, unknown>;
          for (const [field, value] of Object.entries(fieldsOf(layer))) {
            // Lists hold what was read so far, and so does the hex of lists.
            if (typeof value === 'object' || field === 'raw') continue;
            const same =
              value === all[field] || (typeof value === 'string' && `${all[field]}`.startsWith(value));
            expect(same, `${where}: ${field} is ${value}`).toBe(true);
          }
        });
      }
    }
  });

  it('blames the frame when it ends early and nothing was cut off', () => {
    for (const { frame, linkType } of SAMPLES) {
      for (let have = 0; have < frame.length; have++) {
        const { problem, truncated } = decodeFrame(frame.subarray(0, have), { linkType });
        expect(truncated).toBe(false);
        expect(problem?.kind ?? 'malformed').toBe('malformed');
      }
    }
  });

  it('stops at 32 layers, and says so', () => {
    const frame = Buffer.concat(Array.from({ length: 200 }, () => IPIP));
    const decoded = decodeFrame(frame, { linkType: LinkType.RAW });
    expect(decoded.layers).toHaveLength(33);
    expect(decoded.layers[32]).toEqual({ layer: 'raw', start: 3 + 32 * 20, end: 3 + 200 * 20 });
    expect(decoded.problem).toEqual({ layer: 'frame', kind: 'malformed', reason: 'more than 32 layers' });
    expect(encodedAgain(packetOf(frame, { linkType: LinkType.RAW }))).toEqual(frame);
  });

  it('reads 32 layers to the end', () => {
    const last = bytes('4500 0000 0000 0000 40fd 0000 c000020a c0000201 aa');
    const frame = Buffer.concat([...Array.from({ length: 31 }, () => IPIP), last]);
    const decoded = decodeFrame(frame, { linkType: LinkType.RAW });
    expect(decoded.layers).toHaveLength(33);
    expect(decoded.problem).toBeNull();
  });

  it('has no problem with quotes inside quotes, however deep', () => {
    const quote = bytes('4500 0000 0000 0000 4001 0000 c000020a c0000201 0303 0000 0000 0000');
    const frame = Buffer.concat(Array.from({ length: 40 }, () => quote));
    const decoded = decodeFrame(frame, { linkType: LinkType.RAW });
    expect(decoded.layers.length).toBe(33);
    expect(decoded.problem).toBeNull();
    expect(encodedAgain(packetOf(frame, { linkType: LinkType.RAW }))).toEqual(frame);
  });

  it('forgets quotes and fragments with the packet', () => {
    const quote = bytes('4500 0030 0000 2000 4001 0000 c000020a c0000201 0303 0000 0000 0000 45');
    const short = bytes('4500 0030 0000 0000 4011 0000 c000020a c0000201');
    expect(decodeFrame(quote, { linkType: LinkType.RAW }).problem).not.toBeNull();
    expect(decodeFrame(short, { linkType: LinkType.RAW }).problem).toMatchObject({ layer: 'ip' });
  });

  it.each([
    [0x0800, 'ip'],
    [0x0806, 'arp'],
    [0x6558, 'ether'],
    [0x8100, 'dot1q'],
    [0x86dd, 'ipv6'],
    [0x880b, 'ppp'],
    [0x8847, 'mpls'],
    [0x8848, 'mpls'],
    [0x8863, 'pppoe'],
    [0x8864, 'pppoe'],
    [0x88a8, 'dot1q'],
    [0x88e7, 'pbb'],
    [0x8909, 'cmd'],
    [0x9100, 'dot1q'],
  ])('finds the layer of EtherType %i', (type, layer) => {
    const frame = Buffer.concat([bytes(MACS), Buffer.of(type >> 8, type & 255), Buffer.alloc(60)]);
    expect(namesOf(decodeFrame(frame))[1]).toBe(layer);
  });

  it.each([
    [1, 'icmp'],
    [4, 'ip'],
    [6, 'tcp'],
    [17, 'udp'],
    [41, 'ipv6'],
    [47, 'gre'],
    [58, 'icmpv6'],
    [137, 'mpls'],
    [253, 'raw'],
  ])('finds the layer of IP protocol %i, behind both versions', (proto, layer) => {
    const v4 = bytes('4500 0000 0000 0000 4000 0000 c000020a c0000201');
    v4[9] = proto;
    const v6 = Buffer.concat([bytes('6000 0000 0000'), Buffer.of(proto, 64), Buffer.alloc(32)]);
    for (const header of [v4, v6]) {
      const frame = Buffer.concat([header, Buffer.alloc(60)]);
      expect(namesOf(decodeFrame(frame, { linkType: LinkType.RAW }))[1]).toBe(layer);
    }
  });

  it.each([
    [17, 53, 'dns', '00'],
    [17, 67, 'dhcp', '01'],
    [17, 68, 'dhcp', '02'],
    [17, 123, 'ntp', '23'],
    [17, 4789, 'vxlan', '08'],
    [17, 5353, 'dns', '00'],
    [17, 5355, 'dns', '00'],
    [6, 53, 'dns', '000c'],
    [6, 5353, 'dns', '000c'],
    [6, 5355, 'dns', '000c'],
    [6, 123, 'raw', '23'],
  ])('finds by protocol %i and port %i the layer %s, on either side', (proto, port, layer, start) => {
    const ip = bytes('4500 0000 0000 0000 4000 0000 c000020a c0000201');
    ip[9] = proto;
    for (const at of [0, 2]) {
      const transport = Buffer.alloc(proto === 6 ? 20 : 8);
      transport.writeUInt16BE(40_000, 2 - at);
      transport.writeUInt16BE(port, at);
      if (proto === 6) transport[12] = 0x50;
      const payload = Buffer.alloc(300);
      bytes(start).copy(payload);
      const decoded = decodeFrame(Buffer.concat([ip, transport, payload]), { linkType: LinkType.RAW });
      expect(namesOf(decoded)[2]).toBe(layer);
    }
  });

  it('reads at most one layer of garbage behind a header of another kind', () => {
    const wrong = decodeFrame(bytes(`${MACS} 0800 6000 0000 0000 3b40 ${'00'.repeat(32)}`));
    expect(namesOf(wrong)).toEqual(['ether', 'ip', 'raw']);
    expect(wrong.problem).toMatchObject({ layer: 'ip', reason: 'version 6 in an IPv4 header' });
  });
});
