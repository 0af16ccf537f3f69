import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  chunked,
  enhancedPacket,
  interfaceBlock,
  obsoletePacket,
  pcapFileHeader,
  pcapRecordBytes,
  readAll,
  sectionHeader,
  simplePacket,
  tsresol,
} from '../test/captures.ts';
import { type CaptureFileError, RecordReader } from './index.ts';

/** Chunks in one buffer that is wiped as soon as the next is asked for. */
async function* wiped(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(Math.max(...sizes));
  for await (const chunk of chunked(bytes, sizes)) {
    buffer.fill(0xdd);
    chunk.copy(buffer);
    yield buffer.subarray(0, chunk.length);
  }
}

async function readRecords(input: AsyncIterable<Uint8Array>, maxBatch = 1024) {
  const reader = new RecordReader(input, { maxBatch });
  const packets: unknown[] = [];
  let largest = 0;
  let error: CaptureFileError | null = null;
  try {
    for await (const batch of reader) {
      largest = Math.max(largest, batch.length);
      for (let i = 0; i < batch.length; i++) {
        const from = batch.offset[i];
        const captured = batch.capturedLength[i];
        packets.push({
          time: (BigInt(batch.seconds[i]) * 1_000_000_000n + BigInt(batch.nanos[i])).toString(),
          captured,
          original: batch.originalLength[i],
          linkType: batch.linkType[i],
          bytes: batch.data.toString('hex', from, from + captured),
        });
      }
    }
  } catch (thrown) {
    error = thrown as CaptureFileError;
  }
  return { reader, packets, largest, error };
}

const data = (i: number) => Buffer.alloc(20 + i, i);
const pcap = Buffer.concat([
  pcapFileHeader(),
  ...Array.from({ length: 30 }, (_, i) => pcapRecordBytes({ seconds: 1e9 + i, fraction: i, data: data(i) })),
]);
const pcapng = Buffer.concat([
  sectionHeader(),
  interfaceBlock(),
  interfaceBlock({ linkType: 101, options: [tsresol(9)] }),
  ...Array.from({ length: 10 }, (_, i) => enhancedPacket({ data: data(i), interfaceId: i % 2 })),
  obsoletePacket({ data: data(7) }),
  simplePacket(27, data(7)),
]);

describe.each([
  ['pcap', pcap],
  ['pcapng', pcapng],
  ['gzip', gzipSync(pcap)],
  ['cut short', pcapng.subarray(0, pcapng.length - 5)],
  ['damaged', Buffer.concat([pcap, pcapRecordBytes({ capturedLength: 0x7fffffff })])],
])('%s as columns', (_name, bytes) => {
  it.each([[[bytes.length]], [[1]], [[37, 1, 2]], [[64]]])('in chunks of %j bytes', async (sizes) => {
    const objects = await readAll(bytes);
    const columns = await readRecords(wiped(bytes, sizes));
    expect(columns.packets).toEqual(objects.packets.map(({ name: _, ...packet }) => packet));
    expect(columns.packets.length).toBeGreaterThan(9);
    expect(columns.error).toEqual(objects.error);
    const { packets, capturedBytes, compressed, format, packetsWithoutTime } = objects.reader;
    expect(columns.reader).toMatchObject({ packets, capturedBytes, compressed, format, packetsWithoutTime });
  });

  it('in batches no larger than asked for', async () => {
    const { packets, largest } = await readRecords(wiped(bytes, [1000]), 3);
    expect(largest).toBe(3);
    expect(packets).toEqual((await readRecords(wiped(bytes, [1000]))).packets);
  });
});
