import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, decodeLayer } from '../../test/layers.ts';
import { type Dns, decodeDns, decodeDnsTcp } from './dns.ts';

const dnsOf = (layers: readonly { layer: string }[]) => layers.find((l): l is Dns => l.layer === 'dns');

/** Messages to mutate: a query with EDNS, and an answer with CNAME, A and SOA. */
const QUERY = bytes(`
  1234 0100 0001 0000 0000 0001
  03 777777 07 6578616d706c65 04 74657374 00 0001 0001
  00 0029 04d0 00 00 8000 000c 000a 0008 0102030405060708`);

/** id 0x1234, one question, a CNAME and an A, an SOA as authority. */
const ANSWER = bytes(`
  1234 85a0 0001 0002 0001 0000
  03 777777 07 6578616d706c65 04 74657374 00 0001 0001
  c00c 0005 0001 0000012c 0006 03 637075 c010
  c02e 0001 0001 0000003c 0004 c0000201
  c010 0006 0001 00000e10 0021
    02 6e73 c010  05 61646d696e c010  78495e5c 00001c20 00000e10 00127500 00000e10`);

describe('hostile messages', () => {
  const small = fc.uint8Array({ maxLength: 120 });
  /** Header with counts of records, then bytes that are often pointers, labels and types. */
  const shaped = fc
    .tuple(
      fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 4 }),
      fc.array(fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 0xc0, 12, 1, 41, 16, 6, 63)), {
        maxLength: 200,
      }),
    )
    .map(([counts, body]) => Uint8Array.from([0, 1, 0, 0, ...counts.flatMap((n) => [0, n]), ...body]));
  const mutated = fc
    .tuple(
      fc.constantFrom(QUERY, ANSWER),
      fc.array(fc.tuple(fc.nat({ max: 140 }), fc.nat({ max: 255 })), { maxLength: 6 }),
    )
    .map(([base, changes]) => {
      const copy = Uint8Array.from(base);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy;
    });

  it.each([
    ['decodeDns', decodeDns],
    ['decodeDnsTcp', decodeDnsTcp],
  ])('%s never throws, never reads outside, never invents', (_name, decoder) => {
    fc.assert(
      fc.property(fc.oneof(small, shaped, mutated), fc.nat({ max: 3 }), (raw, cut) => {
        const { layers, rest } = decodeLayer(decoder, raw, cut);
        expect(rest).toBeGreaterThanOrEqual(0);
        expect(rest).toBeLessThanOrEqual(raw.length);
        const dns = dnsOf(layers);
        for (const [key, count] of [
          ['qd', 'qdcount'],
          ['an', 'ancount'],
          ['ns', 'nscount'],
          ['ar', 'arcount'],
        ] as const) {
          if (dns?.[key] !== undefined) expect(dns[key].length).toBeLessThanOrEqual(dns[count]);
        }
      }),
      { seed: 6, numRuns: 5000 },
    );
  });

  it('reads 64 KB of pointers in bounded time and space', () => {
    const body = Buffer.alloc(65_000);
    for (let i = 0; i + 6 <= body.length; i += 6) {
      body.writeUInt16BE(0xc000 | Math.min(0x3fff, i === 0 ? 0 : 12 + i - 6), i);
      body.writeUInt32BE(0x00010001, i + 2);
    }
    const header = bytes('0001 0000 ffff 0000 0000 0000');
    const start = performance.now();
    for (let i = 0; i < 20; i++) decodeLayer(decodeDns, Buffer.concat([header, body]));
    expect((performance.now() - start) / 20).toBeLessThan(100);
  });

  it('reads 64 KB of long names in bounded time and space', () => {
    const long = Buffer.alloc(255);
    for (let i = 0; i < 254; i += 2) long.writeUInt16BE(0x0100, i);
    const questions = Array.from({ length: 10_000 }, (_, i) =>
      bytes(`c0${(12 + 2 * (i % 100)).toString(16).padStart(2, '0')}00010001`),
    );
    const datagram = Buffer.concat([
      bytes('0001 0000 ffff 0000 0000 0000'),
      long,
      bytes('00010001'),
      ...questions,
    ]);
    const { layers, problem } = decodeLayer(decodeDns, datagram);
    expect(problem).toMatchObject({ reason: 'names expand to more than 16 times the message' });
    const text = dnsOf(layers)?.qd?.reduce((sum, { qname }) => sum + qname.length, 0) as number;
    expect(text).toBeLessThan(4 * 17 * datagram.length);
  });
});
