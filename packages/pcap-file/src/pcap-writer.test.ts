import { LinkType, Packet } from '@antinex/decoder';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packets, readAll, seen } from '../test/captures.ts';
import { Collector } from '../test/collector.ts';
import { pcapHeader, pcapRecord } from './pcap-encode.ts';
import { PcapWriter, type PcapWriterOptions } from './pcap-writer.ts';

interface Shape {
  length?: number;
  linkType?: number;
  seconds?: number;
  nanos?: number;
}

function packet({ length = 10, linkType = 1, seconds = 1000, nanos = 123_456_789 }: Shape = {}): Packet {
  return new Packet(Buffer.alloc(length, 7), 0, length, length, linkType, seconds, nanos, '');
}

async function written(batches: Packet[][], options?: PcapWriterOptions): Promise<Buffer> {
  const out = new Collector();
  const writer = new PcapWriter(out, options);
  for (const batch of batches) await writer.writeBatch(batch);
  await writer.end();
  return out.bytes;
}

describe('PcapWriter', () => {
  it('writes what the reader reads, exactly', async () => {
    await fc.assert(
      fc.asyncProperty(packets(fc.constant(113)), fc.nat(5), async (list, size) => {
        const batches = size === 0 ? [list] : list.map((_, i) => list.slice(i * size, (i + 1) * size));
        const { packets: read, error } = await readAll(await written(batches));
        expect(error).toBe(null);
        expect(read).toEqual(list.map((each) => ({ ...seen(each), name: '' })));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('cuts microseconds off what is finer', async () => {
    const { packets: read } = await readAll(await written([[packet()]], { resolution: 'us' }));
    expect(read[0].time).toBe('1000123456000');
  });

  it('is made of the header and the records', async () => {
    const list = [packet(), packet({ length: 0, nanos: 0 })];
    const expected = Buffer.concat([pcapHeader({ linkType: 1 }), ...list.map((each) => pcapRecord(each))]);
    expect(await written([list])).toEqual(expected);
    expect(expected.toString('hex')).toBe(
      // magic, version, zone, accuracy, snaplen, link type
      `${'4d3cb2a1'}${'02000400'}${'00000000'}${'00000000'}${'00000400'}${'01000000'}` +
        // seconds, nanoseconds, captured, original, bytes
        `${'e8030000'}${'15cd5b07'}${'0a000000'}${'0a000000'}${'07'.repeat(10)}` +
        `${'e8030000'}${'00000000'}${'00000000'}${'00000000'}`,
    );
  });

  it('writes a header even if there is no packet', async () => {
    const { packets: read, error, reader } = await readAll(await written([]));
    expect(read).toEqual([]);
    expect(error).toBe(null);
    expect(reader.format?.container).toBe('pcap');
  });

  it('takes the first packet for its link type unless told', async () => {
    expect((await readAll(await written([[packet({ linkType: 276 })]]))).packets[0].linkType).toBe(276);
    const bytes = await written([], { linkType: LinkType.RAW });
    expect(bytes.readUInt32LE(20)).toBe(LinkType.RAW);
  });

  it.each([
    ['LINK_TYPE_DIFFERS', { linkType: 101 }],
    ['TIME_OUT_OF_RANGE', { seconds: -1 }],
    ['TIME_OUT_OF_RANGE', { seconds: 2 ** 32 }],
    ['PACKET_TOO_LARGE', { length: 262_145 }],
  ])('refuses a packet: %s %j', async (code, shape) => {
    const out = new Collector();
    const writer = new PcapWriter(out);
    await expect(writer.writeBatch([packet(), packet(shape), packet()])).rejects.toMatchObject({
      name: 'CaptureWriteError',
      code,
    });
    await writer.write(packet());
    await writer.end();
    const { packets: read, error } = await readAll(out.bytes);
    expect(error).toBe(null);
    expect(read.length).toBe(2);
  });

  it('waits for a slow stream', async () => {
    const out = new Collector({ highWaterMark: 1000 });
    const writer = new PcapWriter(out);
    for (let i = 0; i < 50; i++) await writer.writeBatch(Array.from({ length: 20 }, () => packet()));
    await writer.end();
    expect(out.mostWaiting).toBeLessThan(3000);
    expect((await readAll(out.bytes)).packets.length).toBe(1000);
  });

  it('rejects with the error of the stream, and keeps rejecting', async () => {
    const out = new Collector({ highWaterMark: 100, failAfter: 200 });
    const writer = new PcapWriter(out);
    const writeAll = async () => {
      for (;;) await writer.write(packet());
    };
    await expect(writeAll()).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(writer.write(packet())).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(writer.end()).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('rejects the end if the last bytes do not fit', async () => {
    const writer = new PcapWriter(new Collector({ failAfter: 20 }));
    await writer.write(packet());
    await expect(writer.end()).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
