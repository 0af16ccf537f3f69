import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  block,
  chunked,
  enhancedPacket,
  int,
  interfaceBlock,
  obsoletePacket,
  option,
  readAll,
  sectionHeader,
  simplePacket,
  tsresol,
} from '../test/captures.ts';

const ng = (...blocks: Buffer[]): Buffer => Buffer.concat([sectionHeader(), ...blocks]);
const data = Buffer.from('0123456789');
const one = {
  time: '1000002000',
  captured: 10,
  original: 10,
  linkType: 1,
  name: '',
  bytes: data.toString('hex'),
};

describe.each([true, false])('pcapng, little-endian %s', (le) => {
  const head = Buffer.concat([sectionHeader(le), interfaceBlock({}, le)]);

  it.each([
    ['enhanced', enhancedPacket({ originalLength: 99 }, le), { ...one, original: 99 }],
    ['obsolete', obsoletePacket({ originalLength: 99 }, le), { ...one, original: 99 }],
    ['simple', simplePacket(10, data, le), { ...one, time: '0' }],
    [
      'with options behind it',
      enhancedPacket({ options: option(2, Buffer.from([1, 0, 0, 0]), le) }, le),
      one,
    ],
  ])('reads a packet: %s', async (_name, packet, expected) => {
    const { packets, error, reader } = await readAll(Buffer.concat([head, packet]));
    expect(error).toBe(null);
    expect(packets).toEqual([expected]);
    expect(reader.format).toEqual({
      container: 'pcapng',
      variant: 'standard',
      byteOrder: le ? 'little' : 'big',
    });
    expect(reader.packetsWithoutTime).toBe(expected.time === '0' ? 1 : 0);
  });

  it('reads interface options', async () => {
    const options = [
      option(2, Buffer.from('eth0\0rest'), le),
      option(3, Buffer.from('a description'), le),
      tsresol(9, le),
      option(14, int(8, -5, le), le),
      option(0, Buffer.alloc(0), le),
      option(2, Buffer.from('behind the end'), le),
    ];
    const bytes = Buffer.concat([
      sectionHeader(le),
      interfaceBlock({ options }, le),
      enhancedPacket({ stamp: 1_700_000_000_123_456_789n }, le),
    ]);
    const { packets, reader } = await readAll(bytes);
    expect(packets).toEqual([{ ...one, time: '1699999995123456789', name: 'eth0' }]);
    expect(reader.warnings).toEqual([]);
  });

  it('goes from section to section, whatever their byte orders', async () => {
    const other = Buffer.concat([
      sectionHeader(!le),
      interfaceBlock({ linkType: 101, options: [tsresol(0, !le)] }, !le),
      enhancedPacket({ stamp: 77n }, !le),
    ]);
    const { packets, error } = await readAll(Buffer.concat([head, enhancedPacket({}, le), other]));
    expect(error).toBe(null);
    expect(packets).toEqual([one, { ...one, time: '77000000000', linkType: 101 }]);
  });
});

describe('pcapng', () => {
  it('keeps interfaces apart', async () => {
    const named = (name: string, linkType: number) =>
      interfaceBlock({ linkType, options: [option(2, Buffer.from(name))] });
    const { packets } = await readAll(
      ng(
        named('a', 1),
        interfaceBlock({ linkType: 0 }),
        enhancedPacket({ interfaceId: 1 }),
        named('c', 228),
        enhancedPacket({ interfaceId: 2 }),
        enhancedPacket({ interfaceId: 0 }),
      ),
      { interfaceName: 'unnamed' },
    );
    expect(packets.map(({ name, linkType }) => [name, linkType])).toEqual([
      ['unnamed', 0],
      ['c', 228],
      ['a', 1],
    ]);
  });

  it('cuts a simple packet where the snaplen did', async () => {
    const bytes = ng(interfaceBlock({ snapLength: 6 }), simplePacket(1000, data.subarray(0, 6)));
    const { packets, error } = await readAll(bytes);
    expect(error).toBe(null);
    expect(packets).toMatchObject([{ captured: 6, original: 1000 }]);
  });

  it('passes over blocks it does not read, in chunks of any size', async () => {
    const bytes = ng(
      block(4, Buffer.alloc(40)),
      interfaceBlock(),
      block(5, Buffer.alloc(100_000, 7)),
      block(0x7fffffff, Buffer.alloc(0)),
      enhancedPacket(),
      block(0xbad, Buffer.alloc(52, 255)),
      enhancedPacket(),
    );
    for (const sizes of [[1e6], [1], [13], [65_536, 3]]) {
      const { packets, error, reader } = await readAll(chunked(bytes, sizes));
      expect(error).toBe(null);
      expect(packets).toEqual([one, one]);
      expect(reader.skippedBlocks).toBe(4);
    }
  });

  it('gives a packet time 0, and counts it, if no date can hold its time', async () => {
    const absurd = interfaceBlock({ options: [tsresol(0)] });
    const { packets, reader } = await readAll(ng(absurd, enhancedPacket({ stamp: 2n ** 63n })));
    expect(packets[0].time).toBe('0');
    expect(reader.packetsWithoutTime).toBe(1);
  });

  it.each([
    ['of an unknown interface', enhancedPacket({ interfaceId: 7 }), 'interface 7'],
    ['of an unknown interface, obsolete', obsoletePacket({ interfaceId: 0xffff }), 'interface 65535'],
    ['longer than its block', enhancedPacket({ capturedLength: 13 }), '13 bytes in a block of 44'],
    ['far longer than its block', enhancedPacket({ capturedLength: 0xffffffff }), '4294967295 bytes'],
    ['in a block without room for a header', block(6, Buffer.alloc(16)), 'block of 28 bytes'],
    ['in such a block, obsolete', block(2, Buffer.alloc(0)), 'block of 12 bytes'],
    ['in such a block, simple', block(3, Buffer.alloc(0)), 'block of 12 bytes'],
    ['simple and longer than its block', simplePacket(11 + 4, data), '15 bytes in a block'],
  ])('leaves out a packet %s and reads on', async (_name, damaged, reason) => {
    const bytes = ng(interfaceBlock(), enhancedPacket(), damaged, damaged, enhancedPacket());
    const { packets, error, reader } = await readAll(bytes);
    expect(packets).toEqual([one, one]);
    expect(reader.damagedBlocks).toBe(2);
    expect(error).toMatchObject({ code: 'DAMAGED_BLOCKS', offset: 28 + 20 + 44 });
    expect(error?.message).toContain(reason);
    expect(error?.message).toContain('2 damaged blocks');
  });

  it('leaves out packets before any interface', async () => {
    const { packets, error } = await readAll(
      ng(enhancedPacket(), simplePacket(10, data), interfaceBlock(), enhancedPacket()),
    );
    expect(packets).toEqual([one]);
    expect(error?.message).toContain('2 damaged blocks');
  });

  it('forgets the interfaces of the section before', async () => {
    const { packets, error } = await readAll(ng(interfaceBlock(), sectionHeader(), enhancedPacket()));
    expect(packets).toEqual([]);
    expect(error?.code).toBe('DAMAGED_BLOCKS');
  });

  it.each([
    ['reaches beyond the block', [int(2, 2), int(2, 60_000)], 'option 2 of 60000 bytes'],
    ['has a resolution of two bytes', [option(9, Buffer.from([9, 9]))], 'if_tsresol has 2 bytes'],
    ['has a time offset of four', [option(14, Buffer.alloc(4))], 'if_tsoffset has 4 bytes'],
  ])('passes over an interface option that %s', async (_name, options, warning) => {
    const { packets, error, reader } = await readAll(ng(interfaceBlock({ options }), enhancedPacket()));
    expect(error).toBe(null);
    expect(packets).toEqual([one]);
    expect(reader.warnings).toEqual([expect.stringContaining(warning)]);
  });

  it('keeps ten warnings of many', async () => {
    const odd = interfaceBlock({ options: [option(14, Buffer.alloc(4))] });
    const { reader } = await readAll(ng(...Array.from({ length: 50 }, () => odd)));
    expect(reader.warnings.length).toBe(10);
  });

  it('keeps the numbers of interfaces behind one that is too short', async () => {
    const bytes = ng(block(1, Buffer.alloc(4)), interfaceBlock(), enhancedPacket({ interfaceId: 1 }));
    const { packets, error, reader } = await readAll(bytes);
    expect(error).toBe(null);
    expect(packets).toEqual([one]);
    expect(reader.warnings).toEqual([expect.stringContaining('interface block of 16 bytes')]);
  });

  it('cuts an absurdly long interface name', async () => {
    const options = [option(2, Buffer.alloc(60_000, 'x'))];
    const { packets } = await readAll(ng(interfaceBlock({ options }), enhancedPacket()));
    expect(packets[0].name).toBe('x'.repeat(128));
  });

  const withLength = (length: number): Buffer => {
    const packet = enhancedPacket();
    packet.writeUInt32LE(length, 4);
    return packet;
  };
  const trailer = enhancedPacket();
  trailer.writeUInt32LE(48, trailer.length - 4);
  const noByteOrder = sectionHeader();
  noByteOrder.fill(1, 8, 12);

  it.each([
    ['a block of no bytes', withLength(0), 'CORRUPT_RECORD', 92],
    ['a block of 8 bytes', withLength(8), 'CORRUPT_RECORD', 92],
    ['a block of 45 bytes', withLength(45), 'CORRUPT_RECORD', 92],
    ['a packet block of 4 GB', withLength(0xfffffffc), 'CORRUPT_RECORD', 92],
    ['a block whose lengths differ', trailer, 'CORRUPT_RECORD', 92 + 40],
    ['a section without byte order', noByteOrder, 'CORRUPT_RECORD', 92],
    ['a section of another version', sectionHeader(true, 2), 'UNSUPPORTED_VERSION', 92],
    ['an unknown block of 4 GB', Buffer.concat([int(4, 99), int(4, 0xfffffffc), data]), 'CUT_SHORT', 110],
  ])('reads up to %s', async (_name, bad, code, offset) => {
    const bytes = ng(interfaceBlock(), enhancedPacket(), bad, enhancedPacket());
    for (const sizes of [[1e6], [1], [50]]) {
      const { packets, error } = await readAll(
        chunked(code === 'CUT_SHORT' ? bytes.subarray(0, 110) : bytes, sizes),
      );
      expect(packets).toEqual([one]);
      expect(error).toMatchObject({ code, offset });
    }
  });

  it('takes 1.2 for the 1.0 it is', async () => {
    const bytes = Buffer.concat([sectionHeader(true, 1, 2), interfaceBlock(), enhancedPacket()]);
    expect(await readAll(bytes)).toMatchObject({ packets: [one], error: null });
  });

  it('reads the same however the bytes are cut into chunks', async () => {
    const frames = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const stamps = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const blocks = fc.array(
      fc.oneof(
        fc.record({ stamp: stamps, data: frames }).map((shape) => enhancedPacket(shape)),
        fc.record({ data: frames, interfaceId: fc.nat(2) }).map((shape) => obsoletePacket(shape)),
        frames.map((bytes) => simplePacket(bytes.length, bytes)),
        fc.tuple(fc.nat(0xffff), frames).map(([type, bytes]) => block(type + 7, bytes)),
        fc.constant(interfaceBlock({ linkType: 113 })),
      ),
      { maxLength: 20 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(blocks, sizes, fc.integer({ min: 1, max: 9 }), async (parts, chunkSizes, maxBatch) => {
        const bytes = ng(interfaceBlock(), ...parts);
        const whole = await readAll(bytes);
        const pieces = await readAll(chunked(bytes, chunkSizes), { maxBatch });
        expect(pieces.packets).toEqual(whole.packets);
        expect(pieces.error).toEqual(whole.error);
        expect(pieces.reader.skippedBlocks).toBe(whole.reader.skippedBlocks);
        expect(pieces.largest).toBeLessThanOrEqual(maxBatch);
      }),
      { seed: 3, numRuns: 1500 },
    );
  });
});
