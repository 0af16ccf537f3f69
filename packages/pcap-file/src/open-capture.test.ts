import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drain, openFilesIn, pcapFileHeader, pcapRecordBytes } from '../test/captures.ts';
import { openCapture } from './open-capture.ts';

let dir: string;
const capture = Buffer.concat([pcapFileHeader(), pcapRecordBytes(), pcapRecordBytes()]);
const file = (name: string, bytes: Buffer): string => {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pcap-file-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('openCapture', () => {
  it.each([
    ['a.pcap', capture],
    ['a.pcap.gz', gzipSync(capture)],
  ])('reads %s, whatever its name', async (name, bytes) => {
    const reader = await openCapture(file(name, bytes));
    const { packets, error } = await drain(reader);
    expect(error).toBe(null);
    expect(packets.length).toBe(2);
    expect(reader.name).toBe(join(dir, name));
  });

  it('reads - from standard input', async () => {
    const stdin = Readable.from([capture.subarray(0, 30), capture.subarray(30)]);
    const reader = await openCapture('-', { stdin });
    expect((await drain(reader)).packets.length).toBe(2);
    expect(reader.name).toBe('standard input');
  });

  it('reads a file larger than a chunk', async () => {
    const records = Array.from({ length: 4000 }, (_, i) =>
      pcapRecordBytes({ seconds: i, data: Buffer.alloc(1000, i) }),
    );
    const { packets, error } = await drain(
      await openCapture(file('large.pcap', Buffer.concat([pcapFileHeader(), ...records]))),
    );
    expect(error).toBe(null);
    expect(packets.length).toBe(4000);
    expect(packets.every((packet, i) => packet.bytes === Buffer.alloc(1000, i).toString('hex'))).toBe(true);
  });

  it('tells what is wrong with a path', async () => {
    const missing = join(dir, 'missing.pcap');
    await expect(openCapture(missing)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `${missing}: no such file`,
    });
    await expect(openCapture(dir)).rejects.toMatchObject({
      code: 'FILE_IS_DIRECTORY',
      message: `${dir}: a directory, not a capture`,
    });
    await expect(openCapture(`${file('plain', capture)}/x`)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await expect(openCapture(join(dir, 'n'.repeat(300)))).rejects.toMatchObject({ code: 'READ_FAILED' });
  });

  it.skipIf(process.getuid?.() === 0)('tells that a file may not be read (not as root)', async () => {
    const path = file('secret.pcap', capture);
    chmodSync(path, 0);
    await expect(openCapture(path)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });

  it('tells an empty file by its name', async () => {
    const path = file('empty.pcap', Buffer.alloc(0));
    const { error } = await drain(await openCapture(path));
    expect(error).toMatchObject({ code: 'EMPTY_FILE', message: `${path}: empty` });
  });

  it.skipIf(process.platform !== 'linux')('closes the file, however reading ends', async () => {
    const good = file('good.pcap', capture);
    const bad = file('bad.pcap', Buffer.from('not a capture'));
    const before = openFilesIn(dir);
    await drain(await openCapture(good));
    await drain(await openCapture(bad));
    for await (const _batch of await openCapture(good)) break;
    const unread = await openCapture(good);
    expect(openFilesIn(dir)).toBe(before + 1);
    unread.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(openFilesIn(dir)).toBe(before);
  });
});
