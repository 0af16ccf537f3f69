import { describe, expect, it } from 'vitest';
import { dataOf, packetOf } from '../test/frames.ts';
import { bytes } from '../test/layers.ts';
import { decode } from './decode.ts';
import { encodeLayers, type LayerInput } from './encode.ts';
import { type MessageOptions, sessionOf, toMessage } from './message.ts';

const MACS = '020000000001 020000000002';
/** UDP with ten bytes of payload, and eight of padding. */
const FRAME = bytes(`${MACS} 0800 4500 0026 0000 0000 4011 0000 c000020a c0000201
  1000 1001 0012 0000 00010203040506070809 f0f1f2f3f4f5f6f7`);
const ORIGIN = { source: 'host-1', session: 'abc.0' };
const message = (options?: MessageOptions) => toMessage(decode(packetOf(FRAME)), ORIGIN, 42, options);

describe('toMessage', () => {
  it('puts the layers under their names, the frame first', () => {
    const { data, ...envelope } = message();
    expect(envelope).toEqual({
      schema: 2,
      id: 'host-1-abc.0-42',
      source: 'host-1',
      created: '2023-11-14T22:13:20Z',
    });
    expect(Object.keys(data)).toEqual(['frame', 'ether', 'ip', 'udp', 'raw', 'padding']);
    expect(data.frame).toMatchObject({
      number: 42,
      protocols: 'ether:ip:udp',
      payloadLength: 10,
      truncated: false,
      interface: 'eth0',
    });
  });

  it('has no date where ISO 8601 has none', () => {
    const late = toMessage(decode(packetOf(FRAME, { seconds: 253_402_300_800 })), ORIGIN, 1);
    expect(late.created).toBeNull();
    expect(late.data.frame?.time).toBeNull();
  });

  it.each([
    [undefined, '00010203040506070809', 'f0f1f2f3f4f5f6f7'],
    [Number.POSITIVE_INFINITY, '00010203040506070809', 'f0f1f2f3f4f5f6f7'],
    [11, '00010203040506070809', 'f0f1f2f3f4f5f6f7'],
    [10, '00010203040506070809', 'f0f1f2f3f4f5f6f7'],
    [9, '000102030405060708', 'f0f1f2f3f4f5f6f7'],
    [8, '0001020304050607', 'f0f1f2f3f4f5f6f7'],
    [1, '00', 'f0'],
  ])('keeps at most %s bytes of payload and of padding', (payloadBytes, raw, padding) => {
    const data = dataOf(packetOf(FRAME), payloadBytes);
    expect(data.raw).toEqual({ load: raw });
    expect(data.padding).toEqual({ load: padding });
    // What there was is still known.
    expect(data.frame).toMatchObject({ payloadLength: 10, capturedLength: FRAME.length });
  });

  it('keeps no payload at all with 0 bytes', () => {
    expect(Object.keys(message({ payloadBytes: 0 }).data)).toEqual(['frame', 'ether', 'ip', 'udp']);
  });

  it('keeps DNS with 0 bytes: what was decoded is no payload', () => {
    const dns: LayerInput = { layer: 'dns', id: 1, qd: [{ qname: 'a.', qtype: 1, qclass: 1 }] };
    const frame = encodeLayers([{ layer: 'udp', sport: 53, dport: 53, len: 0, chksum: 0 }, dns]);
    const ip = bytes('4500 0000 0000 0000 4011 0000 c000020a c0000201');
    const data = dataOf(packetOf(Buffer.concat([ip, frame]), { linkType: 101 }), 0);
    expect(data.dns).toMatchObject({ id: 1, qdcount: 1 });
  });

  it('has the raw bytes of a tunnel inside, the padding outside', () => {
    const frame = Buffer.concat([
      bytes(`${MACS} 0800 4500 002e 0000 0000 4004 0000 c000020a c0000201`),
      bytes('4500 001a 0000 0000 40fd 0000 0a000001 0a000002 aabbccddeeff'),
      bytes('0102'),
    ]);
    const data = dataOf(packetOf(frame));
    expect(Object.keys(data)).toEqual(['frame', 'ether', 'ip', 'inner', 'padding']);
    expect(data.inner).toMatchObject({ ip: { src: '10.0.0.1' }, raw: { load: 'aabbccddeeff' } });
    expect(data.padding).toEqual({ load: '0102' });
  });

  it('nests tunnels to any depth that is decoded', () => {
    const ip = (proto: number, inside: number): LayerInput => ({
      layer: 'ip',
      version: 4,
      ihl: 5,
      tos: 0,
      len: 20 * (inside + 1),
      id: inside,
      flags: 0,
      frag: 0,
      ttl: 1,
      proto,
      chksum: 0,
      src: '0.0.0.0',
      dst: '0.0.0.0',
    });
    for (const depth of [2, 5, 31]) {
      const layers = Array.from({ length: depth }, (_, i) => ip(i === depth - 1 ? 253 : 4, depth - 1 - i));
      let level = dataOf(packetOf(encodeLayers(layers), { linkType: 101 }));
      expect(level.frame).not.toHaveProperty('error');
      for (let i = depth - 1; i > 0; i--) {
        expect(level.ip).toMatchObject({ id: i });
        level = level.inner ?? {};
      }
      expect(level.ip).toMatchObject({ id: 0, proto: 253 });
      expect(level).not.toHaveProperty('inner');
    }
  });

  it('tells no payload from no transport', () => {
    const empty = bytes(`${MACS} 0800 4500 001c 0000 0000 4011 0000 c000020a c0000201 1000 1001 0008 0000`);
    expect(dataOf(packetOf(empty)).frame).toMatchObject({ payloadLength: 0 });
    empty[23] = 253;
    expect(dataOf(packetOf(empty)).frame).not.toHaveProperty('payloadLength');
  });

  it('says what went wrong beside what could be read', () => {
    const data = dataOf(packetOf(FRAME.subarray(0, 40), { cut: 20 }));
    expect(data.frame).toMatchObject({
      truncated: true,
      error: { layer: 'udp', kind: 'truncated', reason: 'header needs 8 bytes, 6 are there' },
    });
    expect(data.udp).toEqual({ sport: 0x1000, dport: 0x1001, len: 18 });
  });
});

describe('sessionOf', () => {
  it('is the first packet’s time, to the nanosecond', () => {
    const session = (timestampSeconds: number, timestampNanos: number) =>
      sessionOf({ timestampSeconds, timestampNanos });
    expect(session(1_700_000_000, 123_456_789)).toBe('s44we8.21i3v9');
    const all = [session(0, 0), session(0, 1), session(1, 0), session(-1, 0), session(36, 1), session(1, 36)];
    expect(new Set(all).size).toBe(all.length);
  });
});
