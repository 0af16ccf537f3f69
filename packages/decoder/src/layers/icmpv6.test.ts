import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf, decodeFrame, encodedAgain, packetOf } from '../../test/frames.ts';
import {
  anyBytes,
  bytes,
  checkBytes,
  checkCuts,
  checkFields,
  decodeLayer,
  encodeLayer,
  fieldsOf,
  type Kept,
  uint,
} from '../../test/layers.ts';
import { ipv6 } from '../address.ts';
import { decodeIcmpv6, encodeIcmpv6, type Icmpv6Fields } from './icmpv6.ts';

const HEAD: Kept = [
  [1, 'type'],
  [2, 'code'],
  [4, 'cksum'],
];
/** 2001:db8:1::1 > 2001:db8:1::10: packet too big, mtu 1400, quoting the first 40 + 8 bytes of an echo request */
const TOO_BIG = bytes(`0200 0000 0110 0200 0000 0101 86dd 600b 2f43 0038 3a40 2001 0db8 0001 0000 0000
  0000 0000 0001 2001 0db8 0001 0000 0000 0000 0000 0010 0200 ebf6 0000 0578 600d
  0962 05b2 3a40 2001 0db8 0001 0000 0000 0000 0000 0010 2001 0db8 0002 0000 0000
  0000 0000 0020 8000 0a43 2970 0001`);

describe('decodeIcmpv6', () => {
  it.each<[string, string, Icmpv6Fields]>([
    ['an echo request', '8000 65bf 2acd 0001', { type: 128, code: 0, cksum: 0x65bf, id: 10957, seq: 1 }],
    ['an unreachable port', '0104 0001 00000000', { type: 1, code: 4, cksum: 1, unused: 0 }],
    ['a packet that is too big', '0200 ebf6 80000578', { type: 2, code: 0, cksum: 0xebf6, mtu: 0x80000578 }],
    ['time exceeded', '0300 0001 ffffffff', { type: 3, code: 0, cksum: 1, unused: 0xffffffff }],
    ['a parameter problem', '0401 0001 80000028', { type: 4, code: 1, cksum: 1, ptr: 0x80000028 }],
    [
      'an extended echo reply (RFC 8335)',
      'a100 0001 1234 07 21',
      { type: 161, code: 0, cksum: 1, id: 0x1234, seq: 7, flags: 0x21 },
    ],
    [
      'a neighbour solicitation',
      '8700 1b09 00000000 20010db8000100000000000000000001 0101 020000000110',
      {
        type: 135,
        code: 0,
        cksum: 0x1b09,
        unused: 0,
        tgt: '2001:db8:1::1',
        options: { raw: '0101020000000110', srclladdr: '02:00:00:00:01:10' },
      },
    ],
    [
      'a neighbour advertisement',
      '8800 0962 e0000000 20010db8000100000000000000000001 0201 020000000101',
      {
        type: 136,
        code: 0,
        cksum: 0x962,
        R: 1,
        S: 1,
        O: 1,
        unused: 0,
        tgt: '2001:db8:1::1',
        options: { raw: '0201020000000101', dstlladdr: '02:00:00:00:01:01' },
      },
    ],
    ['a router solicitation', '8500 21e0 00000000', { type: 133, code: 0, cksum: 0x21e0, unused: 0 }],
    [
      'a router advertisement',
      '8600 6da3 40 c0 0708 00007530 000003e8',
      {
        type: 134,
        code: 0,
        cksum: 0x6da3,
        chlim: 64,
        raflags: 0xc0,
        routerlifetime: 1800,
        reachabletime: 30000,
        retranstimer: 1000,
      },
    ],
    [
      'a redirect',
      '8900 0001 00000000 fe800000000000000000000000000001 20010db8000200000000000000000020',
      { type: 137, code: 0, cksum: 1, unused: 0, tgt: 'fe80::1', dst: '2001:db8:2::20' },
    ],
    [
      'a listener query',
      '8200 0001 2710 0000 ff020000000000000000000000000016',
      { type: 130, code: 0, cksum: 1, mrd: 10000, unused: 0, mladdr: 'ff02::16' },
    ],
    [
      'a listener report, version 2',
      '8f00 2d7a 0000 0001 04000000 ff0200000000000000000001ff004210',
      {
        type: 143,
        code: 0,
        cksum: 0x2d7a,
        unused: 0,
        records_number: 1,
        records: [{ rtype: 4, dst: 'ff02::1:ff00:4210', sources: [], aux: '' }],
      },
    ],
    ['a type that has no fields', 'c800 0001 80000001', { type: 200, code: 0, cksum: 1, unused: 0x80000001 }],
  ])('reads and writes %s', (_what, text, fields) => {
    const { layers, problem, rest } = decodeLayer(decodeIcmpv6, bytes(text));
    expect(layers.map(({ layer }) => layer)).toEqual(['icmpv6']);
    expect(fieldsOf(layers[0])).toEqual(fields);
    expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
    expect(encodeLayer(encodeIcmpv6, fields)).toEqual(bytes(text));
  });

  it.each([
    ['80000000', { R: 1, S: 0, O: 0, unused: 0 }],
    ['40000000', { R: 0, S: 1, O: 0, unused: 0 }],
    ['20000000', { R: 0, S: 0, O: 1, unused: 0 }],
    ['1fffffff', { R: 0, S: 0, O: 0, unused: 0x1fffffff }],
  ])('reads the advertisement bits %s each from its place', (word, fields) => {
    const message = bytes(`8800 0001 ${word} ${'00'.repeat(16)}`);
    const { layers } = decodeLayer(decodeIcmpv6, message);
    expect(fieldsOf(layers[0])).toMatchObject(fields);
    expect(encodeLayer(encodeIcmpv6, fieldsOf(layers[0]))).toEqual(message);
  });

  it.each<[string, Kept]>([
    ['8000 65bf 2acd 0001', [...HEAD, [6, 'id'], [8, 'seq']]],
    ['a100 0001 1234 07 21', [...HEAD, [6, 'id'], [7, 'seq'], [8, 'flags']]],
    ['0104 0001 80000000', [...HEAD, [8, 'unused']]],
    ['0200 ebf6 80000578', [...HEAD, [8, 'mtu']]],
    ['0401 0001 80000028', [...HEAD, [8, 'ptr']]],
    [
      '8600 6da3 40 c0 0708 00007530 000003e8',
      [
        ...HEAD,
        [5, 'chlim'],
        [6, 'raflags'],
        [8, 'routerlifetime'],
        [12, 'reachabletime'],
        [16, 'retranstimer'],
      ],
    ],
    [`8700 1b09 00000001 ${'11'.repeat(16)}`, [...HEAD, [8, 'unused'], [24, 'tgt']]],
    [
      `8800 1b09 00000001 ${'11'.repeat(16)}`,
      [...HEAD, [8, 'R'], [8, 'S'], [8, 'O'], [8, 'unused'], [24, 'tgt']],
    ],
    [`8900 1b09 00000001 ${'11'.repeat(32)}`, [...HEAD, [8, 'unused'], [24, 'tgt'], [40, 'dst']]],
    [`8200 0001 2710 0000 ${'11'.repeat(16)}`, [...HEAD, [6, 'mrd'], [8, 'unused'], [24, 'mladdr']]],
  ])('keeps what a cut %s holds', (text, kept) => checkCuts(decodeIcmpv6, bytes(text), kept));

  it('has what an error quotes under names of its own', () => {
    const data = dataOf(packetOf(TOO_BIG));
    expect(Object.keys(data)).toEqual(['frame', 'ether', 'ipv6', 'icmpv6', 'iperror6', 'icmpv6error']);
    expect(data.ipv6).toMatchObject({ src: '2001:db8:1::1' });
    expect(data.iperror6).toMatchObject({ src: '2001:db8:1::10', dst: '2001:db8:2::20', plen: 1458 });
    expect(data.icmpv6error).toEqual({ type: 128, code: 0, cksum: 0xa43, id: 0x2970, seq: 1 });
    expect(data.frame).not.toHaveProperty('error');
    expect(encodedAgain(packetOf(TOO_BIG))).toEqual(TOO_BIG);
  });

  it.each([1, 2, 3, 4])('looks for a quote in type %i, of any length', (type) => {
    for (let quoted = 0; quoted <= 48; quoted++) {
      const frame = Buffer.from(TOO_BIG.subarray(0, 62 + quoted));
      frame.writeUInt16BE(8 + quoted, 18);
      frame[54] = type;
      const decoded = decodeFrame(frame);
      expect(decoded.problem).toBeNull();
      expect(decoded.layers.filter(({ layer }) => layer === 'ipv6')).toHaveLength(quoted < 4 ? 1 : 2);
      expect(encodedAgain(packetOf(frame))).toEqual(frame);
    }
  });

  it('keeps the records of a report that are whole', () => {
    const record = '04000000 ff0200000000000000000001ff004210';
    const report = bytes(`8f00 2d7a 0000 0003 ${record} ${record}`);
    for (const cut of [20, 0]) {
      const { layers, problem } = decodeLayer(decodeIcmpv6, report, cut);
      expect(layers[0]).toMatchObject({ records_number: 3, records: { length: 2 } });
      expect(problem).toEqual({
        layer: 'icmpv6',
        kind: cut > 0 ? 'truncated' : 'malformed',
        reason: 'record 2 of 3 needs 20 bytes, 0 are left',
      });
    }
  });
});

describe('encodeIcmpv6', () => {
  it('is the inverse of decodeIcmpv6', () => {
    const address = anyBytes(16).map((raw) => ipv6(raw, 0));
    const head = { code: uint(8), cksum: uint(16) };
    const of = (types: number[], rest: Record<string, fc.Arbitrary<unknown>>) =>
      fc.record({ type: fc.constantFrom(...types), ...rest }) as fc.Arbitrary<Icmpv6Fields>;
    const advertisement = { R: uint(1), S: uint(1), O: uint(1), unused: uint(29), tgt: address };
    const fields = fc.oneof(
      of([128, 129], { ...head, id: uint(16), seq: uint(16) }),
      of([160, 161], { ...head, id: uint(16), seq: uint(8), flags: uint(8) }),
      of([2], { ...head, mtu: uint(32) }),
      of([4], { ...head, ptr: uint(32) }),
      of([1, 3, 133, 138, 144, 200, 255], { ...head, unused: uint(32) }),
      of([134], {
        ...head,
        chlim: uint(8),
        raflags: uint(8),
        routerlifetime: uint(16),
        reachabletime: uint(32),
        retranstimer: uint(32),
      }),
      of([135], { ...head, unused: uint(32), tgt: address }),
      of([136], { ...head, ...advertisement }),
      of([137], { ...head, unused: uint(32), tgt: address, dst: address }),
      of([130, 131, 132], { ...head, mrd: uint(16), unused: uint(16), mladdr: address }),
    );
    checkFields(decodeIcmpv6, encodeIcmpv6, fields, 2000);
  });

  it('gives back any bytes', () => {
    checkBytes(decodeIcmpv6, anyBytes(0, 60));
    const types = fc.constantFrom(1, 2, 3, 4, 128, 130, 131, 133, 134, 135, 136, 137, 143, 160);
    checkBytes(
      decodeIcmpv6,
      fc.tuple(types, anyBytes(0, 80)).map(([type, rest]) => Buffer.concat([Buffer.of(type), rest])),
      3000,
    );
  });
});
