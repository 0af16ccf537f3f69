import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, decodeFrame, encodedAgain, namesOf, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  anyIpv4,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  decodeLayer,
  encodeLayer,
  fieldsOf,
  uint,
} from '../../test/layers.ts';
import { LinkType } from '../link-types.ts';
import { decodeIpv4, encodeIpv4, Ipv4 } from './ipv4.ts';

/** (tos 0x0, ttl 64, id 63295, offset 0, flags [DF], proto TCP (6), length 60) 192.0.2.10 > 198.51.100.20 */
const HEADER = bytes('4500 003c f73f 4000 4006 572a c000 020a c633 6414');
const FIELDS = {
  version: 4,
  ihl: 5,
  tos: 0,
  len: 60,
  id: 63295,
  flags: 2,
  flagsText: 'DF',
  frag: 0,
  ttl: 64,
  proto: 6,
  chksum: 0x572a,
  src: '192.0.2.10',
  dst: '198.51.100.20',
};
const linkType = LinkType.IPV4;
/** A header of protocol 253 (experiments), so that nothing follows but raw. */
const packet = (change: (header: Buffer) => void, payload: Buffer = Buffer.alloc(40, 0xaa)): Buffer => {
  const header = Buffer.from(HEADER);
  header[9] = 253;
  change(header);
  return Buffer.concat([header, payload]);
};

describe('decodeIpv4', () => {
  it('reads every field', () => {
    const { layers, problem } = decodeLayer(decodeIpv4, Buffer.concat([HEADER, Buffer.alloc(40)]));
    expect(layers.map(({ layer }) => layer)).toEqual(['ip']);
    expect(fieldsOf(layers[0])).toEqual(FIELDS);
    expect(problem).toBeNull();
  });

  it('reads the flags and the offset each from its bits', () => {
    const of = (word: number) => {
      const header = Buffer.from(HEADER);
      header.writeUInt16BE(word, 6);
      const { flags, flagsText, frag } = new Ipv4(header, 0);
      return [flags, flagsText, frag];
    };
    expect(of(0x8000)).toEqual([4, 'evil', 0]);
    expect(of(0x4000)).toEqual([2, 'DF', 0]);
    expect(of(0x2000)).toEqual([1, 'MF', 0]);
    expect(of(0xe000)).toEqual([7, 'MF+DF+evil', 0]);
    expect(of(0x1fff)).toEqual([0, '', 0x1fff]);
  });

  it('keeps what a cut header holds', () => {
    checkCuts(decodeIpv4, Buffer.concat([HEADER.subarray(0, 2), bytes('0014'), HEADER.subarray(4)]), [
      [1, 'version'],
      [1, 'ihl'],
      [2, 'tos'],
      [4, 'len'],
      [6, 'id'],
      [8, 'flags'],
      [8, 'flagsText'],
      [8, 'frag'],
      [9, 'ttl'],
      [10, 'proto'],
      [12, 'chksum'],
      [16, 'src'],
      [20, 'dst'],
    ]);
  });

  it('ends where its total length says; what is beyond is padding', () => {
    const decoded = decodeFrame(
      packet((header) => header.writeUInt16BE(24, 2)),
      { linkType },
    );
    expect(decoded.layers.slice(1)).toEqual([
      { layer: 'raw', start: 23, end: 27 },
      { layer: 'padding', start: 27, end: 63 },
    ]);
    expect(decoded.problem).toBeNull();
  });

  it('ends with the frame when segmentation offload left a total length of 0', () => {
    const decoded = decodeFrame(
      packet((header) => header.writeUInt16BE(0, 2)),
      { linkType },
    );
    expect(decoded.layers.slice(1)).toEqual([{ layer: 'raw', start: 23, end: 63 }]);
    expect(decoded.problem).toBeNull();
  });

  it.each([
    [
      'a total length below the header',
      (h: Buffer) => h.writeUInt16BE(19, 2),
      'total length 19 is shorter than the header',
    ],
    [
      'a total length beyond the frame',
      (h: Buffer) => h.writeUInt16BE(61, 2),
      'length 61 exceeds the 60 bytes there are',
    ],
    ['a header length of 16', (h: Buffer) => h.writeUInt8(0x44, 0), 'header length 16 is below 20'],
    ['a header length of 0', (h: Buffer) => h.writeUInt8(0x40, 0), 'header length 0 is below 20'],
    ['another version', (h: Buffer) => h.writeUInt8(0x65, 0), 'version 6 in an IPv4 header'],
  ])('reports %s', (_what, change, reason) => {
    const frame = packet(change);
    const decoded = decodeFrame(frame, { linkType });
    expect(decoded.problem).toEqual({ layer: 'ip', kind: 'malformed', reason });
    expect(namesOf(decoded)).toEqual(['ip', 'raw']);
    expect(encodedAgain(packetOf(frame, { linkType }))).toEqual(frame);
  });

  it('expects the bytes that the capture cut off', () => {
    const frame = packet((header) => header.writeUInt16BE(1500, 2));
    const decoded = decodeFrame(frame, { linkType, cut: 1440 });
    expect(decoded.problem).toBeNull();
    expect(decoded.truncated).toBe(true);
  });

  it('reads options, and reports those that are cut', () => {
    const frame = packet((header) => header.writeUInt8(0x47, 0), bytes('01 01 0101 94 04 0000 aabb'));
    frame.writeUInt16BE(30, 2);
    const { layers } = decodeFrame(frame, { linkType });
    expect(layers[0]).toMatchObject({ ihl: 7, options: { raw: '0101010194040000', RouterAlert: 0 } });
    expect(layers[1]).toMatchObject({ start: 3 + 28, end: 3 + 30 });
    for (const cut of [4, 0]) {
      const { layers, problem, rest } = decodeLayer(decodeIpv4, frame.subarray(0, 26), cut);
      expect(layers[0]).toHaveProperty('options.raw', '010101019404');
      expect(problem).toMatchObject({ layer: 'ip', kind: cut > 0 ? 'truncated' : 'malformed' });
      expect(rest).toBe(0);
    }
  });

  it('reads a transport header out of the first fragment only', () => {
    const udp = bytes('0035 0035 0100 0000 aabb');
    const fragment = (word: number) =>
      packet((header) => {
        header[9] = 17;
        header.writeUInt16BE(30, 2);
        header.writeUInt16BE(word, 6);
      }, udp);
    const first = decodeFrame(fragment(0x2000), { linkType });
    expect(namesOf(first)).toEqual(['ip', 'udp', 'dns']);
    // Both lengths are those of the whole datagram: that its rest is missing here is no error.
    expect(first.problem).toBeNull();
    expect(namesOf(decodeFrame(fragment(0x2001), { linkType }))).toEqual(['ip', 'raw']);
    expect(namesOf(decodeFrame(fragment(0x0001), { linkType }))).toEqual(['ip', 'raw']);
    const whole = decodeFrame(fragment(0x0000), { linkType });
    expect(whole.problem).toMatchObject({ layer: 'udp', kind: 'malformed' });
  });

  it('knows that a packet inside a first fragment is cut, too', () => {
    const inner = packet((header) => {
      header[9] = 17;
      header.writeUInt16BE(1400, 2);
    }, bytes('1000 1001 0564 0000 aabb'));
    const outer = packet((header) => {
      header[9] = 4;
      header.writeUInt16BE(20 + inner.length, 2);
      header.writeUInt16BE(0x2000, 6);
    }, inner);
    const decoded = decodeFrame(outer, { linkType });
    expect(namesOf(decoded)).toEqual(['ip', 'ip', 'udp', 'raw']);
    expect(decoded.problem).toBeNull();
  });

  it('says that the snaplen cut a header in a first fragment', () => {
    const frame = packet((header) => {
      header[9] = 6;
      header.writeUInt16BE(1500, 2);
      header.writeUInt16BE(0x2000, 6);
    }, Buffer.alloc(8));
    expect(decodeFrame(frame, { linkType, cut: 1472 }).problem).toMatchObject({
      layer: 'tcp',
      kind: 'truncated',
    });
  });

  it('blames the packet, not the capture, for what its own length cuts short', () => {
    const frame = packet((header) => {
      header[9] = 6;
      header.writeUInt16BE(30, 2);
    });
    expect(decodeFrame(frame, { linkType, cut: 100 }).problem).toEqual({
      layer: 'tcp',
      kind: 'malformed',
      reason: 'header needs 20 bytes, 10 are there',
    });
    const udp = packet((header) => {
      header[9] = 17;
      header.writeUInt16BE(30, 2);
    }, bytes('0035 1000 0020 0000 aabb ffff'));
    expect(decodeFrame(udp, { linkType, cut: 100 }).problem).toMatchObject({
      layer: 'udp',
      kind: 'malformed',
    });
  });

  it('is found by the version in raw captures', () => {
    for (const link of [LinkType.RAW, LinkType.RAW_BSD, LinkType.RAW_OPENBSD]) {
      expect(
        namesOf(
          decodeFrame(
            packet(() => {}),
            { linkType: link },
          ),
        ),
      ).toEqual(['ip', 'raw']);
      expect(decodeFrame(Buffer.alloc(0), { linkType: link })).toMatchObject({
        layers: [],
        problem: { layer: 'ip' },
      });
    }
  });
});

describe('encodeIpv4', () => {
  it('writes every field', () => {
    expect(encodeLayer(encodeIpv4, FIELDS)).toEqual(HEADER);
    expect(
      dataOf(
        packetOf(
          packet(() => {}),
          { linkType },
        ),
      ).ip,
    ).toEqual({ ...FIELDS, proto: 253 });
  });

  it('is the inverse of decodeIpv4', () => {
    const flags = uint(3);
    const record = fc
      .record({
        version: fc.constant(4),
        ihl: fc.constant(5),
        tos: uint(8),
        len: fc.constantFrom(0, 20),
        id: uint(16),
        flags,
        frag: uint(13),
        ttl: uint(8),
        proto: uint(8),
        chksum: uint(16),
        src: anyIpv4,
        dst: anyIpv4,
      })
      .map((fields) => ({ ...fields, flagsText: FLAGS[fields.flags] }));
    checkFields(decodeIpv4, encodeIpv4, record);
  });

  it('gives back any bytes', () => {
    checkBytes(decodeIpv4, anyBytes(0, 64));
    checkBytes(
      decodeIpv4,
      fc.tuple(uint(4), anyBytes(19, 70)).map(([ihl, rest]) => Buffer.concat([Buffer.of(0x40 | ihl), rest])),
    );
  });
});

const FLAGS = ['', 'MF', 'DF', 'MF+DF', 'evil', 'MF+evil', 'DF+evil', 'MF+DF+evil'];
