import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunked, int, type PcapShape, pcapFileHeader, pcapRecordBytes, readAll } from '../test/captures.ts';

const frames = ['0102030405060708090a0b0c0d0e', 'ff', ''].map((hex) => Buffer.from(hex, 'hex'));

/** Three records with what a dialect puts behind their headers. */
function capture(shape: PcapShape, extra: Buffer = Buffer.alloc(0)): Buffer {
  const records = frames.map((data, i) =>
    pcapRecordBytes({ seconds: 1000 + i, fraction: 7, data, originalLength: 100, extra }, shape.littleEndian),
  );
  return Buffer.concat([pcapFileHeader(shape), ...records]);
}

const expected = (nanos: number) =>
  frames.map((data, i) => ({
    time: String((1000 + i) * 1e9 + nanos),
    captured: data.length,
    original: 100,
    linkType: 1,
    name: '',
    bytes: data.toString('hex'),
  }));

/** Interface 3, EtherType IPv4, sent to us. */
const patched = (littleEndian: boolean): Buffer =>
  Buffer.concat([int(4, 3, littleEndian), int(2, 0x0800, littleEndian), Buffer.from([0, 0xee])]);
const suse = (littleEndian: boolean): Buffer =>
  Buffer.concat([patched(littleEndian), Buffer.from('dddddddd', 'hex')]);
const nokia = Buffer.from('01d9bf9f', 'hex');

describe.each([true, false])('pcap, little-endian %s', (littleEndian) => {
  const byteOrder = littleEndian ? 'little' : 'big';
  it.each([
    ['microseconds', { magic: 0xa1b2c3d4 }, Buffer.alloc(0), 7000, 'standard'],
    ['nanoseconds', { magic: 0xa1b23c4d }, Buffer.alloc(0), 7, 'standard'],
    ['Ixia hardware', { magic: 0x1c0001ac, extra: Buffer.alloc(4, 9) }, Buffer.alloc(0), 7, 'ixia'],
    ['Ixia software', { magic: 0x1c0001ab, extra: Buffer.alloc(4, 9) }, Buffer.alloc(0), 7000, 'ixia'],
    ['Kuznetsov', { magic: 0xa1b2cd34 }, patched(littleEndian), 7000, 'modified'],
    ['Kuznetsov of SuSE 6.3', { magic: 0xa1b2cd34 }, suse(littleEndian), 7000, 'modified'],
    ['Kuznetsov of Red Hat 6.1', { magic: 0xa1b2c3d4 }, patched(littleEndian), 7000, 'modified'],
    ['Red Hat, fields left zero', { magic: 0xa1b2c3d4 }, Buffer.alloc(8), 7000, 'modified'],
    ['Nokia', { magic: 0xa1b2c3d4 }, nokia, 7000, 'nokia'],
    ['AIX', { magic: 0xa1b2c3d4, version: [2, 2], linkField: 6 }, Buffer.alloc(0), 7, 'aix'],
    ['FCS length in the link type', { linkField: 0x34000001 }, Buffer.alloc(0), 7000, 'standard'],
  ] as [string, PcapShape, Buffer, number, string][])('%s', async (_name, shape, extra, nanos, variant) => {
    // AIX and everybody before 2.3 wrote the lengths the other way round.
    const bytes = capture({ ...shape, littleEndian }, extra);
    if (shape.version) swapLengths(bytes, littleEndian);
    for (const sizes of [[1e6], [1], [3, 40]]) {
      const { packets, error, reader } = await readAll(chunked(bytes, sizes));
      expect(error).toBe(null);
      expect(packets).toEqual(expected(nanos));
      expect(reader.format).toEqual({ container: 'pcap', variant, byteOrder });
    }
  });
});

function swapLengths(bytes: Buffer, littleEndian: boolean): void {
  let at = 24;
  for (const { length } of frames) {
    int(4, 100, littleEndian).copy(bytes, at + 8);
    int(4, length, littleEndian).copy(bytes, at + 12);
    at += 16 + length;
  }
}

describe('pcap', () => {
  it.each([
    ['fields swapped before 2.3', [2, 2], 100, 10],
    ['fields not swapped since 2.4', [2, 4], 10, 100],
    ['swapped in 2.3 if that makes sense', [2, 3], 100, 10],
    ['not swapped in 2.3 if not', [2, 3], 10, 100],
    ['swapped by DG/UX', [543, 0], 100, 10],
  ] as [string, [number, number], number, number][])('%s', async (_name, version, first, second) => {
    const record = pcapRecordBytes({ capturedLength: first, originalLength: second, data: Buffer.alloc(10) });
    const { packets, error } = await readAll(Buffer.concat([pcapFileHeader({ version }), record]));
    expect(error).toBe(null);
    expect(packets).toMatchObject([{ captured: 10, original: 100 }]);
  });

  it.each([
    [1, 0],
    [2, 5],
    [3, 0],
    [0, 0],
  ])('refuses version %i.%i', async (major, minor) => {
    const { packets, error } = await readAll(
      Buffer.concat([pcapFileHeader({ version: [major, minor] }), pcapRecordBytes()]),
    );
    expect(packets).toEqual([]);
    expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION' });
    expect(error?.message).toContain(`${major}.${minor}`);
  });

  it('carries a fraction of a second or more over', async () => {
    const stamps = [
      { seconds: 10, fraction: 1_000_000 },
      { seconds: 0xffffffff, fraction: 0xffffffff },
    ];
    const bytes = Buffer.concat([pcapFileHeader(), ...stamps.map((stamp) => pcapRecordBytes(stamp))]);
    const { packets } = await readAll(bytes);
    expect(packets.map((packet) => packet.time)).toEqual([
      '11000000000',
      String(0xffffffffn * 1_000_000_000n + 0xffffffffn * 1000n),
    ]);
  });

  it('says both lengths as the file does', async () => {
    const record = pcapRecordBytes({ data: Buffer.alloc(60), originalLength: 10 });
    const { packets, error } = await readAll(Buffer.concat([pcapFileHeader({ snapLength: 5 }), record]));
    expect(error).toBe(null);
    expect(packets).toMatchObject([{ captured: 60, original: 10 }]);
  });

  it.each([
    [262_145, 65_535],
    [262_145, 0],
    [0x1000001, 0x1000001],
    [0xffffffff, 0xffffffff],
  ])('takes %i captured bytes with a snaplen of %i for damage', async (capturedLength, snapLength) => {
    const bytes = Buffer.concat([
      pcapFileHeader({ snapLength }),
      pcapRecordBytes(),
      pcapRecordBytes({ capturedLength }),
    ]);
    for (const sizes of [[1e6], [1]]) {
      const { packets, error } = await readAll(chunked(bytes, sizes));
      expect(packets.length).toBe(1);
      expect(error).toMatchObject({ code: 'CORRUPT_RECORD', offset: 50 });
      expect(error?.message).toContain(String(capturedLength));
    }
  });

  it('reads a packet as large as the snaplen allows', async () => {
    const data = Buffer.alloc(300_000, 5);
    const bytes = Buffer.concat([pcapFileHeader({ snapLength: 300_000 }), pcapRecordBytes({ data })]);
    const { packets, error } = await readAll(chunked(bytes, [777]));
    expect(error).toBe(null);
    expect(packets[0].bytes).toBe(data.toString('hex'));
  });

  it('does not take loopback frames, which begin with zeros, for a patched format', async () => {
    const data = Buffer.concat([Buffer.alloc(12), Buffer.from('0800', 'hex'), Buffer.alloc(20, 0x45)]);
    const bytes = Buffer.concat([pcapFileHeader(), pcapRecordBytes({ data }), pcapRecordBytes({ data })]);
    for (const part of [bytes, bytes.subarray(0, 24 + 16 + data.length)]) {
      const { packets, reader } = await readAll(part);
      expect(packets[0].bytes).toBe(data.toString('hex'));
      expect(reader.format?.variant).toBe('standard');
    }
  });

  it('gives packets the name that the caller gives the interface', async () => {
    const bytes = Buffer.concat([pcapFileHeader(), pcapRecordBytes()]);
    expect((await readAll(bytes, { interfaceName: 'tap3' })).packets[0].name).toBe('tap3');
  });

  it('keeps what comes before a cut, wherever it is', async () => {
    const bytes = capture({});
    const ends = frames.map((_, i) => 24 + frames.slice(0, i + 1).reduce((sum, f) => sum + 16 + f.length, 0));
    for (let cut = 4; cut <= bytes.length; cut++) {
      const { packets, error } = await readAll(bytes.subarray(0, cut));
      const whole = ends.filter((end) => end <= cut).length;
      expect(packets.length).toBe(whole);
      if (cut === 24 || ends.includes(cut)) expect(error).toBe(null);
      else {
        const offset = cut < 24 ? 0 : whole === 0 ? 24 : ends[whole - 1];
        expect(error).toMatchObject({ code: 'CUT_SHORT', offset });
      }
    }
  });

  it('reads the same however the bytes are cut into chunks', async () => {
    const records = fc.array(
      fc.record({
        seconds: fc.nat(0xffffffff),
        fraction: fc.nat(0xffffffff),
        data: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
        originalLength: fc.nat(200),
      }),
      { maxLength: 20 },
    );
    const magic = fc.constantFrom(0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34);
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        magic,
        fc.boolean(),
        records,
        sizes,
        fc.integer({ min: 1, max: 9 }),
        async (...given) => {
          const [number, littleEndian, shapes, chunkSizes, maxBatch] = given;
          const bytes = Buffer.concat([
            pcapFileHeader({ magic: number, littleEndian }),
            ...shapes.map((shape) => pcapRecordBytes(shape, littleEndian)),
          ]);
          const whole = await readAll(bytes);
          const parts = await readAll(chunked(bytes, chunkSizes), { maxBatch });
          expect(parts.packets).toEqual(whole.packets);
          expect(parts.error).toEqual(whole.error);
          expect(parts.largest).toBeLessThanOrEqual(maxBatch);
        },
      ),
      { seed: 2, numRuns: 1500 },
    );
  });
});
