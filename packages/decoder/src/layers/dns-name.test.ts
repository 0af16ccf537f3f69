import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes } from '../../test/layers.ts';
import { Writer } from '../writer.ts';
import { DnsReader, encodeDnsName } from './dns-name.ts';

const HEADER = 12;

/** A reader of the message `12 zero bytes + body`, at the body's byte `at`. */
const readerOf = (body: Uint8Array, at = 0) => {
  const data = Buffer.concat([Buffer.alloc(HEADER), body]);
  return new DnsReader(data, 0, data.length, HEADER + at);
};

const read = (body: Uint8Array, at = 0) => {
  const reader = readerOf(body, at);
  return { name: reader.name(reader.end), pos: reader.pos - HEADER, reason: reader.reason, cut: reader.cut };
};

const label = (text: string | Uint8Array) => {
  const octets = Buffer.from(text as string);
  return Buffer.concat([Buffer.of(octets.length), octets]);
};

const wire = (...labels: (string | Uint8Array)[]) => Buffer.concat([...labels.map(label), Buffer.of(0)]);

function encoded(name: string): Buffer {
  const w = new Writer();
  encodeDnsName(name, w);
  return w.finish();
}

describe('DnsReader.name', () => {
  it('reads labels, the dot at the end included', () => {
    expect(read(wire('www', 'Example', 'test'))).toMatchObject({ name: 'www.Example.test.', pos: 18 });
    expect(read(wire())).toMatchObject({ name: '.', pos: 1 });
  });

  it('follows pointers and goes on behind the first of them', () => {
    const body = Buffer.concat([
      wire('example', 'test'),
      label('www'),
      bytes('c00c'),
      label('ftp'),
      bytes('c01a'),
      bytes('ff'),
    ]);
    expect(read(body, 14)).toMatchObject({ name: 'www.example.test.', pos: 20 });
    expect(read(body, 20)).toMatchObject({ name: 'ftp.www.example.test.', pos: 26 });
  });

  it('reads the first name again when a pointer leads to it', () => {
    const reader = readerOf(Buffer.concat([wire('a', 'b'), bytes('c00c'), bytes('c00e')]));
    expect([reader.name(reader.end), reader.name(reader.end), reader.name(reader.end)]).toEqual([
      'a.b.',
      'a.b.',
      'b.',
    ]);
    expect(reader.pos).toBe(reader.end);
  });

  it('shows UTF-8 and spaces as they are, and escapes the rest', () => {
    expect(read(wire('Bob’s Mac', '_tcp', 'local')).name).toBe('Bob’s Mac._tcp.local.');
    expect(read(wire('a.b', 'c\\d', 'e\u0000')).name).toBe('a\\.b.c\\\\d.e\\000.');
    expect(read(wire(Uint8Array.of(0xe9, 0x41))).name).toBe('\\233A.');
  });

  it.each([
    ['without an end', '0161', 'a name runs past the end', true],
    ['with a label past the end', '3f61', 'a name runs past the end', true],
    ['with half a pointer', '0161c0', 'a name runs past the end', true],
    ['that points to itself', 'c00c', 'a name points forwards or at itself', false],
    ['that points forwards', 'c00e00', 'a name points forwards or at itself', false],
    ['that loops through a label', '0161c00c', 'a name points forwards or at itself', false],
    ['with a label type of 1', '4161', 'label type 1', false],
    ['with a label type of 2', '8161', 'label type 2', false],
  ])('refuses a name %s', (_what, hex, reason, cut) => {
    expect(read(bytes(hex))).toEqual({ name: undefined, pos: 0, reason, cut });
  });

  it('takes names of 255 bytes, not of 256', () => {
    const most = ['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63)];
    expect(read(wire(...most, 'd'.repeat(61))).name).toHaveLength(254);
    expect(read(wire(...most, 'd'.repeat(62)))).toMatchObject({
      name: undefined,
      reason: 'a name is longer than 255 bytes',
    });
  });

  it('limits the pointers of one name', () => {
    const chain = Buffer.alloc(2 * 200);
    for (let i = 0; i < 200; i++) chain.writeUInt16BE(0xc000 | (i === 0 ? 0 : HEADER + 2 * (i - 1)), 2 * i);
    expect(read(chain, 2 * 100).name).toBe('.');
    expect(read(chain, 2 * 199)).toMatchObject({
      name: undefined,
      reason: 'a name has more than 127 pointers',
    });
  });

  it('limits what all names of a message expand to', () => {
    const most = wire('a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63), 'd'.repeat(61));
    const pointers = Buffer.from('c00c'.repeat(400), 'hex');
    const reader = readerOf(Buffer.concat([most, pointers]));
    let total = 0;
    for (let name = reader.name(reader.end); name !== undefined; name = reader.name(reader.end))
      total += name.length;
    expect(reader.reason).toBe('names expand to more than 16 times the message');
    expect(total).toBeLessThanOrEqual(16 * reader.end + 255);
  });

  it('leaves pos alone when it fails', () => {
    const reader = readerOf(bytes('0161'));
    reader.name(reader.end);
    expect(reader.pos).toBe(HEADER);
  });
});

describe('encodeDnsName', () => {
  it('writes what the reader reads', () => {
    const octet = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x2e, 0x5c, 0x30, 0x31, 0xc3, 0xa9),
    );
    const labels = fc.array(
      fc
        .uint8Array({ minLength: 1, maxLength: 63 })
        .chain((l) => fc.array(octet, { minLength: l.length, maxLength: l.length })),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(labels, (list) => {
        const body = wire(...list.map((octets) => Uint8Array.from(octets)));
        const { name, pos } = read(body);
        expect(pos).toBe(body.length);
        expect(encoded(name as string)).toEqual(body);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  it('takes a name without its final dot', () => {
    expect(encoded('www.example.test')).toEqual(encoded('www.example.test.'));
    expect(encoded('')).toEqual(Buffer.of(0));
  });

  it.each(['a..b', '.a', 'a'.repeat(64), `${'a'.repeat(50)}.`.repeat(5)])('refuses %s', (name) => {
    expect(() => encoded(name)).toThrow(RangeError);
  });
});
