import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { SpoolEvent } from '../src/spool/events.ts';
import type { SpoolRecord } from '../src/spool/log-reader.ts';
import { SegmentLog, type SegmentLogOptions } from '../src/spool/segment-log.ts';

const folders: string[] = [];
const mounts: string[] = [];
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close().catch(() => {});
  for (const folder of mounts.splice(0)) execFileSync('umount', [folder]);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'));
  folders.push(folder);
  return folder;
}

/** Why a small disk of its own cannot be had here; empty if it can. */
export const noMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return '';
  } catch {
    return ' (skipped: needs root to mount a tmpfs)';
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

/** A file system in memory with mount options. */
export function newMount(options: string): string {
  const folder = newFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  mounts.push(folder);
  return folder;
}

/** Closes it after the test, before what was opened earlier. */
export function closeLater<C extends { close(): Promise<void> }>(one: C): C {
  opened.push(one);
  return one;
}

export interface TestLog {
  readonly log: SegmentLog;
  readonly events: SpoolEvent[];
}

export async function openLog(folder: string, options: Partial<SegmentLogOptions> = {}): Promise<TestLog> {
  const events: SpoolEvent[] = [];
  const log = await SegmentLog.open({
    folder,
    maxBytes: 2 ** 30,
    segmentBytes: 4096,
    fsync: 'never',
    fsyncIntervalMs: 20,
    onEvent: (event) => events.push(event),
    onRoom: () => {},
    ...options,
  });
  return { log: closeLater(log), events };
}

/** Ten messages a record; the text says which record it is. */
export const MESSAGES = 10;
export const payloadOf = (id: number, bytes = 400): Buffer =>
  Buffer.from(`${id} `.padEnd(bytes, `${id % 10}`));
export const idOf = ({ payload }: Pick<SpoolRecord, 'payload'>): number =>
  Number.parseInt(payload.toString(), 10);

export async function appendRange(log: SegmentLog, from: number, to: number, bytes?: number): Promise<void> {
  for (let id = from; id < to; id++) await log.append(payloadOf(id, bytes), MESSAGES);
}

/** Reads to the end, or `limit` records; releases them unless told otherwise. */
export async function readIds(
  log: SegmentLog,
  limit = Number.POSITIVE_INFINITY,
  release = true,
): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < limit) {
    const record = await log.read();
    if (record === undefined) break;
    ids.push(idOf(record));
    if (release) log.release(record);
  }
  return ids;
}

export const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

export const bytesIn = (folder: string): number =>
  readdirSync(folder)
    .filter((name) => name !== 'lock' && name !== 'position')
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

export async function until(isSo: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
