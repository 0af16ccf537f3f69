import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chunked, drain, int, pcapFileHeader, pcapRecordBytes, readAll } from '../test/captures.ts';
import { CaptureReader } from './capture-reader.ts';

/** Neither zeros nor the marks of a patched pcap, for which a second record would be waited for. */
const frame = (i: number): Buffer => int(4, 0x45000000 + i);

const capture = (records: number): Buffer =>
  Buffer.concat([
    pcapFileHeader(),
    ...Array.from({ length: records }, (_, i) => pcapRecordBytes({ seconds: i, data: frame(i) })),
  ]);

describe('CaptureReader', () => {
  it('hands out batches no larger than asked for, of 1024 by default', async () => {
    expect((await readAll(capture(3000))).largest).toBe(1024);
    const { packets, largest } = await readAll(capture(3000), { maxBatch: 7 });
    expect(largest).toBe(7);
    expect(packets.map((packet) => packet.bytes)).toEqual(
      Array.from({ length: 3000 }, (_, i) => frame(i).toString('hex')),
    );
  });

  it('counts', async () => {
    const bytes = capture(5);
    const { reader } = await readAll(bytes);
    expect(reader).toMatchObject({
      packets: 5,
      capturedBytes: 20,
      bytesRead: bytes.length,
      compressed: false,
    });
  });

  it.each([
    ['EMPTY_FILE', Buffer.alloc(0), 'x.pcap: empty'],
    ['NOT_A_CAPTURE', Buffer.from('a'), 'x.pcap: not a pcap or pcapng capture'],
    ['NOT_A_CAPTURE', Buffer.from('this is a text'), 'x.pcap: not a pcap or pcapng capture'],
    ['NOT_A_CAPTURE', Buffer.from('28b52ffd00', 'hex'), 'it looks like zstd, decompress it first'],
    ['NOT_A_CAPTURE', Buffer.from('0a0d0d0a1c000000efbeadde00000000', 'hex'), 'byte-order'],
    ['CUT_SHORT', pcapFileHeader().subarray(0, 23), 'cut short in the middle of the file header'],
    ['CUT_SHORT', capture(2).subarray(0, -1), 'cut short in the middle of a record, at byte 44'],
  ])('tells %s', async (code, bytes, message) => {
    for (const sizes of [[100], [1], [3]]) {
      const { reader, error } = await readAll(chunked(bytes, sizes), { name: 'x.pcap' });
      expect(error).toMatchObject({ name: 'CaptureFileError', code });
      expect(error?.message).toContain(message);
      expect(reader.problem).toBe(error);
    }
  });

  it('keeps what was read when the source fails', async () => {
    async function* failing() {
      yield capture(3).subarray(0, -1);
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    }
    const { packets, error } = await readAll(failing());
    expect(packets.length).toBe(2);
    expect(error).toMatchObject({ code: 'READ_FAILED', cause: { code: 'EIO' } });
  });

  it('hands out what has come without waiting for more', async () => {
    const pipe = new PassThrough();
    const batches = new CaptureReader(pipe)[Symbol.asyncIterator]();
    const bytes = capture(3);
    pipe.write(bytes.subarray(0, 24 + 20 + 7));
    expect((await batches.next()).value).toHaveLength(1);
    pipe.write(bytes.subarray(24 + 20 + 7));
    expect((await batches.next()).value).toHaveLength(2);
    pipe.end();
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });

  it('can be stopped while it waits', async () => {
    const pipe = new PassThrough();
    const reader = new CaptureReader(pipe);
    pipe.write(capture(2).subarray(0, -1));
    setTimeout(() => reader.stop(), 20);
    const { packets, error } = await drain(reader);
    expect(packets.length).toBe(1);
    expect(error).toBe(null);
    expect(reader.problem).toBe(null);
    expect(pipe.destroyed).toBe(true);
  });

  it('lets the source go when its reader leaves early', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield capture(10);
      } finally {
        closed = true;
      }
    }
    for await (const _batch of new CaptureReader(source())) break;
    expect(closed).toBe(true);
  });

  it('reads once', async () => {
    const { reader } = await readAll(capture(1));
    expect((await drain(reader)).error?.message).toContain('already being read');
  });

  it('takes any bytes, not only Buffers', async () => {
    async function* plain() {
      yield new Uint8Array(capture(4));
      yield new Uint8Array(0);
    }
    expect((await readAll(plain())).packets.length).toBe(4);
  });

  it('never changes a packet that was handed out', async () => {
    const bytes = capture(500);
    for (const sizes of [[1], [5, 700], [64]]) {
      const kept = [];
      for await (const batch of new CaptureReader(chunked(bytes, sizes))) kept.push(...batch);
      expect(kept.map((packet) => packet.bytes.readUInt32LE() - 0x45000000)).toEqual(
        Array.from({ length: 500 }, (_, i) => i),
      );
    }
  });

  it.each([[[1]], [[2, 1]], [[1, 1, 100]], [[4096]]])('reads gzip in chunks of %j', async (sizes) => {
    const bytes = capture(300);
    const { packets, error, reader } = await readAll(chunked(gzipSync(bytes), sizes));
    expect(error).toBe(null);
    expect(packets.length).toBe(300);
    expect(reader).toMatchObject({ compressed: true, bytesRead: bytes.length });
  });
});
