import { Packet } from '@antinex/decoder';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packets, readAll, seen } from '../test/captures.ts';
import { Collector } from '../test/collector.ts';
import { pcapngInterface, pcapngPacket, pcapngSectionHeader } from './pcapng-encode.ts';
import { PcapngWriter } from './pcapng-writer.ts';

const packet = (seconds = 1000, linkType = 1, name = 'eth0', length = 10): Packet =>
  new Packet(Buffer.alloc(length, 7), 0, length, length, linkType, seconds, 123_456_789, name);

async function written(batches: Packet[][]): Promise<Buffer> {
  const out = new Collector();
  const writer = new PcapngWriter(out);
  for (const batch of batches) await writer.writeBatch(batch);
  await writer.end();
  return out.bytes;
}

describe('PcapngWriter', () => {
  it('writes what the reader reads, exactly, from any interfaces', async () => {
    await fc.assert(
      fc.asyncProperty(packets(fc.constantFrom(0, 1, 113, 0xffff)), fc.nat(5), async (list, size) => {
        const batches = size === 0 ? [list] : list.map((_, i) => list.slice(i * size, (i + 1) * size));
        const { packets: read, error } = await readAll(await written(batches));
        expect(error).toBe(null);
        expect(read).toEqual(list.map(seen));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('writes every time 64 bits of nanoseconds can say', async () => {
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 18_446_744_072 }), fc.nat(999_999_999)));
    await fc.assert(
      fc.asyncProperty(times, async (list) => {
        const batch = list.map(
          ([seconds, nanos]) => new Packet(Buffer.alloc(0), 0, 0, 0, 1, seconds, nanos, ''),
        );
        const { packets: read } = await readAll(await written([batch]));
        expect(read.map((each) => each.time)).toEqual(batch.map((each) => each.timestampNs.toString()));
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('describes each interface once, before its first packet', async () => {
    const [a, b, c] = [packet(1, 1, 'a'), packet(2, 101, 'a'), packet(3, 1, '')];
    const expected = [
      pcapngSectionHeader(),
      pcapngInterface(1, 'a'),
      pcapngInterface(101, 'a'),
      pcapngPacket(a, 0),
      pcapngPacket(b, 1),
      pcapngPacket(a, 0),
      pcapngInterface(1, ''),
      pcapngPacket(c, 2),
      pcapngPacket(b, 1),
    ];
    expect(
      await written([
        [a, b, a],
        [c, b],
      ]),
    ).toEqual(Buffer.concat(expected));
  });

  it('writes blocks as the format has them', () => {
    expect(pcapngPacket(packet(4, 1, '', 5), 3).toString('hex')).toBe(
      // type, length, interface, time (4.123456789 s), captured, original, bytes and padding, length
      `${'06000000'}${'28000000'}${'03000000'}${'00000000'}${'15f5c6f5'}${'05000000'}${'05000000'}` +
        `${'0707070707000000'}${'28000000'}`,
    );
    expect(pcapngInterface(1, 'eth').toString('hex')).toBe(
      // type, length, link type, snaplen, name, resolution, end of options, length
      `${'01000000'}${'28000000'}${'01000000'}${'00000000'}${'0200030065746800'}${'0900010009000000'}` +
        `${'00000000'}${'28000000'}`,
    );
  });

  it('writes a section even if there is no packet', async () => {
    const { packets: read, error, reader } = await readAll(await written([]));
    expect(read).toEqual([]);
    expect(error).toBe(null);
    expect(reader.format?.container).toBe('pcapng');
  });

  it.each([
    ['TIME_OUT_OF_RANGE', packet(-1)],
    ['TIME_OUT_OF_RANGE', packet(18_446_744_073)],
    ['LINK_TYPE_TOO_LARGE', packet(1, 0x10000)],
    ['PACKET_TOO_LARGE', packet(1, 1, 'eth0', 16 * 1024 * 1024)],
  ])('refuses a packet: %s', async (code, misfit) => {
    const out = new Collector();
    const writer = new PcapngWriter(out);
    await expect(writer.writeBatch([packet(), misfit, packet()])).rejects.toMatchObject({ code });
    await writer.write(packet());
    await writer.end();
    const { packets: read, error } = await readAll(out.bytes);
    expect(error).toBe(null);
    expect(read.length).toBe(2);
  });

  it('rejects with the error of the stream', async () => {
    const writer = new PcapngWriter(new Collector({ highWaterMark: 100, failAfter: 300 }));
    const writeAll = async () => {
      for (;;) await writer.write(packet());
    };
    await expect(writeAll()).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
