import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCapture, openRecords } from '../src/index.ts';
import { drain, openFilesIn, pcapFileHeader, pcapRecordBytes } from './captures.ts';

const folder = mkdtempSync(join(tmpdir(), 'pcap-pipes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const capture = Buffer.concat([pcapFileHeader(), pcapRecordBytes(), pcapRecordBytes()]);

function pipe(name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

describe('named pipes', () => {
  it('are read to their ends', async () => {
    const path = pipe('whole');
    const [reader, writer] = await Promise.all([openCapture(path), open(path, 'w')]);
    await writer.writeFile(capture);
    await writer.close();
    const { packets, error } = await drain(reader);
    expect([packets.length, error]).toEqual([2, null]);
  });

  it.each([
    ['packets', openCapture],
    ['columns', openRecords],
  ])('let go of the process while their writers are silent: %s', async (name, openWith) => {
    const path = pipe(name);
    const [reader, writer] = await Promise.all([openWith(path), open(path, 'w')]);
    await writer.write(capture);
    let packets = 0;
    for await (const batch of reader) {
      packets += batch.length;
      if (packets === 2) setImmediate(() => reader.stop());
    }
    expect([packets, reader.problem]).toEqual([2, null]);
    await writer.close();
    await expect.poll(() => openFilesIn(folder)).toBe(0);
  });
});
