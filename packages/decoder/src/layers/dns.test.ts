import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, decodeLayer, encodeLayer, fieldsOf } from '../../test/layers.ts';
import { Writer } from '../writer.ts';
import { type Dns, type DnsFields, decodeDns, decodeDnsTcp, encodeDns } from './dns.ts';
import { DnsReader, encodeDnsName } from './dns-name.ts';
import type { DnsRecord } from './dns-records.ts';

const dnsOf = (layers: readonly { layer: string }[]) => layers.find((l): l is Dns => l.layer === 'dns');

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

describe('decodeDns', () => {
  it('reads a query with EDNS', () => {
    const { layers, problem, rest } = decodeLayer(decodeDns, QUERY);
    expect(problem).toBeNull();
    expect(rest).toBe(0);
    expect(fieldsOf(dnsOf(layers))).toEqual({
      id: 0x1234,
      qr: 0,
      opcode: 0,
      aa: 0,
      tc: 0,
      rd: 1,
      ra: 0,
      z: 0,
      ad: 0,
      cd: 0,
      rcode: 0,
      qdcount: 1,
      ancount: 0,
      nscount: 0,
      arcount: 1,
      qd: [{ qname: 'www.example.test.', qtype: 1, qclass: 1 }],
      ar: [
        {
          rrname: '.',
          type: 41,
          rclass: 1232,
          extrcode: 0,
          version: 0,
          do: 1,
          z: 0,
          rdlen: 12,
          rdata: [{ code: 10, data: '0102030405060708' }],
        },
      ],
    });
  });

  it('reads an answer with compressed names', () => {
    const { layers, problem, rest } = decodeLayer(decodeDns, ANSWER);
    expect(problem).toBeNull();
    expect(rest).toBe(0);
    const dns = dnsOf(layers);
    expect(dns).toMatchObject({ qr: 1, aa: 1, rd: 1, ra: 1, ad: 1, cd: 0, z: 0, rcode: 0, ar: undefined });
    expect(dns?.an).toEqual([
      { rrname: 'www.example.test.', type: 5, rclass: 1, ttl: 300, rdlen: 6, rdata: 'cpu.example.test.' },
      { rrname: 'cpu.example.test.', type: 1, rclass: 1, ttl: 60, rdlen: 4, rdata: '192.0.2.1' },
    ]);
    expect(dns?.ns).toEqual([
      {
        rrname: 'example.test.',
        type: 6,
        rclass: 1,
        ttl: 3600,
        rdlen: 33,
        rdata: {
          mname: 'ns.example.test.',
          rname: 'admin.example.test.',
          serial: 0x78495e5c,
          refresh: 7200,
          retry: 3600,
          expire: 1209600,
          minimum: 3600,
        },
      },
    ]);
  });

  it('reads each flag from its own bit', () => {
    const bits = { qr: 15, aa: 10, tc: 9, rd: 8, ra: 7, z: 6, ad: 5, cd: 4 };
    for (const [name, bit] of Object.entries(bits)) {
      const message = Buffer.alloc(12);
      message.writeUInt16BE(1 << bit, 2);
      const set = Object.entries(fieldsOf(dnsOf(decodeLayer(decodeDns, message).layers)));
      expect(set.filter(([, value]) => value !== 0)).toEqual([[name, 1]]);
    }
    const message = bytes('0000 7805 0000 0000 0000 0000');
    expect(dnsOf(decodeLayer(decodeDns, message).layers)).toMatchObject({ opcode: 15, rcode: 5 });
  });

  it('keeps the records before the cut, and says that the capture was cut', () => {
    const { layers, problem, rest } = decodeLayer(decodeDns, ANSWER.subarray(0, 60), 77);
    const dns = dnsOf(layers);
    expect(dns?.an).toHaveLength(1);
    expect(dns?.ancount).toBe(2);
    expect(dns?.ns).toBeUndefined();
    expect(problem).toEqual({ layer: 'dns', kind: 'truncated', reason: 'a record runs past the end' });
    expect(rest).toBe(60 - 52);
  });

  it('calls the same message malformed when it was captured whole', () => {
    const { problem } = decodeLayer(decodeDns, ANSWER.subarray(0, 60));
    expect(problem).toMatchObject({ layer: 'dns', kind: 'malformed' });
  });

  it('keeps what a cut header holds', () => {
    const { layers, problem, rest } = decodeLayer(decodeDns, QUERY.subarray(0, 7), 50);
    const fields = fieldsOf(dnsOf(layers));
    expect(fields).toMatchObject({ id: 0x1234, rd: 1, rcode: 0, qdcount: 1 });
    expect(fields).not.toHaveProperty('ancount');
    expect(problem).toMatchObject({ kind: 'truncated' });
    expect(rest).toBe(1);
    expect(encodeLayer(encodeDns, fields)).toEqual(QUERY.subarray(0, 6));
  });

  it('has nothing to say about an empty datagram', () => {
    expect(decodeLayer(decodeDns, Buffer.alloc(0))).toMatchObject({ layers: [], problem: null });
  });

  it('stops at counts that no message could hold', () => {
    const { layers, problem } = decodeLayer(
      decodeDns,
      bytes('0001 0000 ffff ffff ffff ffff 00 0001 0001 00 0001 0001'),
    );
    expect(dnsOf(layers)?.qd).toHaveLength(2);
    expect(dnsOf(layers)?.qdcount).toBe(65535);
    expect(problem).toMatchObject({ kind: 'malformed', reason: 'a name runs past the end' });
  });

  it('reports rdata that is longer than the message', () => {
    const message = bytes('0001 8000 0000 0001 0000 0000 00 0001 0001 00000000 ffff 01020304');
    const { layers, problem, rest } = decodeLayer(decodeDns, message);
    expect(dnsOf(layers)?.an).toBeUndefined();
    expect(problem).toMatchObject({ kind: 'malformed', reason: 'rdata needs 65535 bytes, 4 are there' });
    expect(rest).toBe(15);
  });

  it('calls a bad pointer malformed even in a cut capture', () => {
    const { problem } = decodeLayer(decodeDns, bytes('0001 0000 0001 0000 0000 0000 c0ff 0001 0001'), 10);
    expect(problem).toMatchObject({ kind: 'malformed', reason: 'a name points forwards or at itself' });
  });

  it('leaves what follows the last record', () => {
    expect(decodeLayer(decodeDns, Buffer.concat([ANSWER, bytes('0102')]))).toMatchObject({
      rest: 2,
      problem: null,
    });
  });

  const rdataOf = (type: number, rdata: string) => {
    const body = bytes(rdata);
    const w = new Writer().hex('000184000000000100000000').hex('016100').u16(type).hex('8001').u32(1);
    w.u16(body.length).bytes(body).hex('ff');
    const { layers, problem, rest } = decodeLayer(decodeDns, w.finish());
    expect({ problem, rest }).toEqual({ problem: null, rest: 1 });
    const record = dnsOf(layers)?.an?.[0];
    expect(record?.rclass).toBe(0x8001);
    return record?.rdata;
  };

  it.each<[string, number, string, unknown]>([
    ['A', 1, 'c0000201', '192.0.2.1'],
    ['NS', 2, '026e73c00c', 'ns.a.'],
    ['PTR', 12, '00', '.'],
    ['MX', 15, '000a 02 6d78 c00c', { preference: 10, exchange: 'mx.a.' }],
    ['TXT', 16, '03 613d31 00 02 c3a9', ['a=1', '', 'é']],
    ['TXT without strings', 16, '', []],
    ['AAAA', 28, '20010db8000000000000000000000001', '2001:db8::1'],
    ['SRV', 33, '0001 0002 0185 0161c00c', { priority: 1, weight: 2, port: 389, target: 'a.a.' }],
    ['DNAME', 39, '0162c00c', 'b.a.'],
    ['an unknown type', 257, '00056973737565', '00056973737565'],
  ])('reads %s', (_name, type, rdata, expected) => {
    expect(rdataOf(type, rdata)).toEqual(expected);
  });

  it.each([
    ['A of five bytes', 1, 'c000020101'],
    ['A without bytes', 1, ''],
    ['AAAA of four bytes', 28, 'c0000201'],
    ['NS with bytes behind the name', 2, '016100ff'],
    ['NS with a name past the rdata', 2, '0561'],
    ['CNAME with a pointer to itself', 5, 'c019'],
    ['MX without a name', 15, '000a'],
    ['SRV without a name', 33, '000100020185'],
    ['TXT with a string past the rdata', 16, '0561'],
    ['SOA that is too short', 6, '00'.repeat(20)],
    ['SOA with bytes between', 6, `0000ff${'00'.repeat(20)}`],
    ['OPT with an option past the rdata', 41, '000a000801'],
    ['OPT with half an option', 41, '000a00'],
  ])('keeps %s as hex', (_name, type, rdata) => {
    expect(rdataOf(type, rdata)).toBe(rdata);
  });
});

describe('decodeDnsTcp', () => {
  const prefixed = (message: Uint8Array, length = message.length) => {
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16BE(length);
    return Buffer.concat([prefix, message]);
  };

  it('reads the length and the message', () => {
    const { layers, rest, problem } = decodeLayer(decodeDnsTcp, prefixed(ANSWER));
    expect(dnsOf(layers)).toMatchObject({ length: ANSWER.length, id: 0x1234, ancount: 2 });
    expect({ rest, problem }).toEqual({ rest: 0, problem: null });
  });

  it('leaves a second message raw', () => {
    const { layers, rest } = decodeLayer(decodeDnsTcp, Buffer.concat([prefixed(QUERY), prefixed(ANSWER)]));
    expect(layers).toHaveLength(1);
    expect(rest).toBe(ANSWER.length + 2);
  });

  it('reads the records that are whole when the message goes on in the next segment', () => {
    const { layers, problem, rest } = decodeLayer(
      decodeDnsTcp,
      prefixed(ANSWER.subarray(0, 60), ANSWER.length),
    );
    expect(dnsOf(layers)).toMatchObject({ length: ANSWER.length, ancount: 2 });
    expect(dnsOf(layers)?.an).toHaveLength(1);
    expect({ problem, rest }).toEqual({ problem: null, rest: 8 });
  });

  it('tells when it was the capture that cut the segment', () => {
    const { problem } = decodeLayer(decodeDnsTcp, prefixed(ANSWER.subarray(0, 60), ANSWER.length), 60);
    expect(problem).toMatchObject({ layer: 'dns', kind: 'truncated' });
  });

  it('reports records that run out inside the length', () => {
    const { problem } = decodeLayer(decodeDnsTcp, prefixed(ANSWER.subarray(0, 60)));
    expect(problem).toMatchObject({ layer: 'dns', kind: 'malformed' });
  });

  it.each([
    ['a message without its length', ANSWER],
    ['a length alone', bytes('0040')],
    ['less than a header', bytes('0040 1234 0100 0001 0000 0000')],
    ['counts that the length cannot hold', prefixed(bytes('1234 0100 0001 0100 0000 0000 016100 0001 0001'))],
    ['an opcode that does not exist', prefixed(bytes('1234 7900 0001 0000 0000 0000 016100 0001 0001'), 900)],
    ['the middle of a stream', bytes('ffee a55a 1be2 9d01 0203 0405 0607 0809 1011 1213')],
  ])('leaves %s raw', (_what, segment) => {
    expect(decodeLayer(decodeDnsTcp, segment)).toMatchObject({
      layers: [],
      problem: null,
      rest: segment.length,
    });
  });
});

/** A name as the decoder writes it. */
const name = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 4 }).map((labels) => {
  const wire = Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
  return new DnsReader(wire, 0, wire.length, 0).name(wire.length) as string;
});
const u8 = fc.nat({ max: 0xff });
const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffffffff });
const bit = fc.nat({ max: 1 });
const hex = fc.uint8Array({ maxLength: 20 }).map((raw) => Buffer.from(raw).toString('hex'));
const ipv4 = fc.ipV4();
const PLAIN = 99;

const rdata = fc.oneof(
  fc.tuple(fc.constant(1), ipv4),
  fc.tuple(
    fc.constant(28),
    u16.map((n) => `2001:db8::${(n | 1).toString(16)}`),
  ),
  fc.tuple(fc.constantFrom(2, 5, 12, 39), name),
  fc.tuple(fc.constant(15), fc.record({ preference: u16, exchange: name })),
  fc.tuple(
    fc.constant(6),
    fc.record({ mname: name, rname: name, serial: u32, refresh: u32, retry: u32, expire: u32, minimum: u32 }),
  ),
  fc.tuple(fc.constant(33), fc.record({ priority: u16, weight: u16, port: u16, target: name })),
  fc.tuple(fc.constant(16), fc.array(fc.stringMatching(/^[ -[\]-~é]{0,40}$/), { maxLength: 3 })),
  fc.tuple(fc.constant(PLAIN), hex),
);
const resource = fc.tuple(name, rdata, u16, u32).map(
  ([rrname, [type, data], rclass, ttl]): DnsRecord => ({
    rrname,
    type,
    rclass,
    ttl,
    rdlen: 0,
    rdata: data,
  }),
);
const opt = fc.record<DnsRecord>({
  rrname: fc.constant('.'),
  type: fc.constant(41),
  rclass: u16,
  extrcode: u8,
  version: u8,
  do: bit,
  z: fc.nat({ max: 0x7fff }),
  rdlen: fc.constant(0),
  rdata: fc.array(fc.record({ code: u16, data: hex }), { maxLength: 3 }),
});
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });

const message = fc
  .record({
    header: fc.record({
      id: u16,
      qr: bit,
      opcode: fc.nat({ max: 6 }),
      aa: bit,
      tc: bit,
      rd: bit,
      ra: bit,
      z: bit,
      ad: bit,
      cd: bit,
      rcode: fc.nat({ max: 15 }),
    }),
    qd: list(fc.record({ qname: name, qtype: u16, qclass: u16 })),
    an: list(resource),
    ns: list(resource),
    ar: list(fc.oneof(resource, opt)),
  })
  .map(({ header, ...lists }): DnsFields => {
    const counts = {
      qdcount: lists.qd.length,
      ancount: lists.an.length,
      nscount: lists.ns.length,
      arcount: lists.ar.length,
    };
    return {
      ...header,
      ...counts,
      ...Object.fromEntries(Object.entries(lists).filter(([, l]) => l.length > 0)),
    };
  });

const withoutLengths = (fields: object) =>
  JSON.parse(
    JSON.stringify(fields, (key, value) => (key === 'rdlen' || key === 'length' ? undefined : value)),
  );

describe('encodeDns', () => {
  it('writes the message it was read from', () => {
    const { layers } = decodeLayer(decodeDns, QUERY);
    expect(encodeLayer(encodeDns, fieldsOf(dnsOf(layers)) as DnsFields)).toEqual(QUERY);
  });

  it('writes a segment it was read from, though its length is not that of its records', () => {
    for (const length of [QUERY.length, QUERY.length + 3]) {
      const segment = Buffer.concat([Buffer.of(0, length), QUERY, Buffer.alloc(3)]);
      const { layers, pos } = decodeLayer(decodeDnsTcp, segment);
      expect(dnsOf(layers)).toHaveProperty('length', length);
      expect(encodeLayer(encodeDns, fieldsOf(dnsOf(layers)) as DnsFields)).toEqual(
        segment.subarray(0, pos - 7),
      );
    }
  });

  it('counts the lists and fills in the header', () => {
    const fields = { id: 7, rd: 1, qd: [{ qname: 'a.test', qtype: 28, qclass: 1 }] };
    expect(encodeLayer(encodeDns, fields)).toEqual(
      bytes('0007 0100 0001 0000 0000 0000 0161 04 74657374 00 001c 0001'),
    );
  });

  it('writes names without compression and the lengths that come of it', () => {
    const { raw, ...fields } = dnsOf(decodeLayer(decodeDns, ANSWER).layers) as Dns;
    expect(raw).toBe(ANSWER.toString('hex'));
    const again = dnsOf(decodeLayer(decodeDns, encodeLayer(encodeDns, fields)).layers) as Dns;
    expect(withoutLengths(again)).toEqual(withoutLengths(fields));
    expect(again.an?.[0].rdlen).toBe(18);
  });

  it('is the inverse of decodeDns', () => {
    fc.assert(
      fc.property(message, (fields) => {
        const { layers, problem, rest } = decodeLayer(decodeDns, encodeLayer(encodeDns, fields));
        expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
        expect(withoutLengths(fieldsOf(dnsOf(layers)))).toEqual(withoutLengths(fields));
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it('is the inverse of decodeDnsTcp', () => {
    fc.assert(
      fc.property(message, (fields) => {
        const segment = encodeLayer(encodeDns, { ...fields, length: 0 });
        const { layers, problem, rest } = decodeLayer(decodeDnsTcp, segment);
        expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
        expect(dnsOf(layers)?.length).toBe(segment.length - 2);
        expect(withoutLengths(fieldsOf(dnsOf(layers)))).toEqual(withoutLengths(fields));
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('refuses a TXT string of more than 255 bytes', () => {
    const record = { rrname: '.', type: 16, rclass: 1, ttl: 0, rdlen: 0, rdata: ['é'.repeat(128)] };
    expect(() => encodeDnsName('a..b', new Writer())).toThrow(RangeError);
    expect(() => encodeLayer(encodeDns, { an: [record] })).toThrow(RangeError);
  });
});
