import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chunked } from '../test/captures.ts';
import type { CaptureFileError } from './errors.ts';
import { gunzip } from './gunzip.ts';

async function inflate(
  bytes: Buffer,
  sizes = [1000],
): Promise<{ out: Buffer; error: CaptureFileError | null }> {
  const parts: Buffer[] = [];
  try {
    for await (const part of gunzip(chunked(bytes, sizes), 'x.gz')) parts.push(part);
  } catch (error) {
    return { out: Buffer.concat(parts), error: error as CaptureFileError };
  }
  return { out: Buffer.concat(parts), error: null };
}

/** Half of it compresses. */
const plain = Buffer.concat(
  Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? randomBytes(500) : Buffer.alloc(500, i))),
);

describe('gunzip', () => {
  it.each([[[7]], [[1000, 1]], [[70_000]]])('decompresses, in chunks of %j', async (sizes) => {
    const { out, error } = await inflate(gzipSync(plain), sizes);
    expect(error).toBe(null);
    expect(out.equals(plain)).toBe(true);
  });

  it('decompresses several members', async () => {
    const bytes = Buffer.concat([gzipSync(plain), gzipSync(Buffer.alloc(0)), gzipSync(plain)]);
    const { out, error } = await inflate(bytes);
    expect(error).toBe(null);
    expect(out.equals(Buffer.concat([plain, plain]))).toBe(true);
  });

  it('keeps all that a cut file holds', async () => {
    const bytes = gzipSync(plain);
    for (const cut of [3, 12, bytes.length >> 1, bytes.length - 8, bytes.length - 1]) {
      const { out, error } = await inflate(bytes.subarray(0, cut));
      expect(error).toMatchObject({ code: 'CUT_SHORT', message: 'x.gz: the gzip data is cut short' });
      expect(plain.subarray(0, out.length).equals(out)).toBe(true);
      // No less than the compressed bytes that were there, but for deflate's own buffering of a block.
      if (cut > bytes.length >> 2) expect(out.length).toBeGreaterThan(cut - 2000);
      if (cut >= bytes.length - 8) expect(out.length).toBe(plain.length);
    }
  });

  it('keeps everything when only the checksum is wrong', async () => {
    const bytes = gzipSync(plain);
    bytes[bytes.length - 7] ^= 1;
    const { out, error } = await inflate(bytes);
    expect(error).toMatchObject({ code: 'CORRUPT_GZIP' });
    expect(out.equals(plain)).toBe(true);
  });

  it('keeps nearly all that lies before damaged data', async () => {
    const bytes = gzipSync(plain);
    const at = bytes.length >> 1;
    bytes.fill(0xff, at, at + 400);
    const { out, error } = await inflate(bytes);
    expect(error).toMatchObject({ code: 'CORRUPT_GZIP' });
    expect(out.length).toBeGreaterThan(plain.length * 0.4);
  });

  it('tells what is not gzip behind its magic number', async () => {
    const { out, error } = await inflate(Buffer.from('1f8b0800000000000000000000000000', 'hex'));
    expect(out.length).toBe(0);
    expect(error).toMatchObject({ code: 'CORRUPT_GZIP' });
  });

  it('holds little of a decompression bomb at a time', async () => {
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
    const before = process.memoryUsage().arrayBuffers;
    let total = 0;
    let most = 0;
    for await (const part of gunzip(chunked(bomb, [bomb.length]), 'bomb')) {
      total += part.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(total).toBe(256 * 1024 * 1024);
    expect(most).toBeLessThan(128 * 1024 * 1024);
  });

  it('ends its work when the reader leaves early', async () => {
    for await (const _part of gunzip(chunked(gzipSync(plain), [100]), 'x')) break;
  });
});
