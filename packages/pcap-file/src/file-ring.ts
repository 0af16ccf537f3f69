import { readdir, unlink } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { writeError } from './capture-target.ts';

/** UTC, to the millisecond, and the file's number in its run. */
const STAMP = /^\d{8}T\d{6}\.\d{3}Z-\d{6,}$/;

/**
 * The names of the files one capture is spread over: `dir/trace.pcap` becomes
 * `dir/trace-20240131T235959.123Z-000001.pcap`, the time of its opening in UTC and its number. Sorted by
 * name they are in order of time, also when the clock is set back or the program started again.
 */
export class FileRing {
  deletedFiles = 0;
  private readonly directory: string;
  private readonly stem: string;
  private readonly ending: string;
  private readonly maxFiles: number;
  /** Names, oldest first; kept only if there is a limit. */
  private names: string[] = [];
  private number = 0;
  private lastMs = 0;

  private constructor(path: string, maxFiles: number) {
    const { dir, name, ext } = parse(path);
    this.directory = dir;
    this.stem = `${name}-`;
    this.ending = ext;
    this.maxFiles = maxFiles;
  }

  /** With a limit, files of earlier runs count too: else each start would leave some for ever. */
  static async open(path: string, maxFiles: number): Promise<FileRing> {
    const ring = new FileRing(path, maxFiles);
    if (maxFiles < Number.POSITIVE_INFINITY) await ring.findEarlier();
    return ring;
  }

  /** The path of the next file; the oldest ones are deleted to make room for it. */
  async next(): Promise<string> {
    this.lastMs = Math.max(this.lastMs, Date.now());
    const stamp = new Date(this.lastMs).toISOString().replace(/[-:]/g, '');
    const name = `${this.stem}${stamp}-${String(++this.number).padStart(6, '0')}${this.ending}`;
    while (this.names.length >= this.maxFiles) await this.deleteOldest();
    if (this.maxFiles < Number.POSITIVE_INFINITY) this.names.push(name);
    return join(this.directory, name);
  }

  private async findEarlier(): Promise<void> {
    // A directory that cannot be read is found out about when the file is opened in it.
    const names = await readdir(this.directory || '.').catch(() => []);
    this.names = names.filter((name) => this.isOurs(name)).sort();
  }

  private isOurs(name: string): boolean {
    if (!name.startsWith(this.stem) || !name.endsWith(this.ending)) return false;
    return STAMP.test(name.slice(this.stem.length, name.length - this.ending.length));
  }

  private async deleteOldest(): Promise<void> {
    const path = join(this.directory, this.names[0]);
    try {
      await unlink(path);
      this.deletedFiles++;
    } catch (error) {
      // Somebody else may have moved it away.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw writeError(path, error);
    }
    this.names.shift();
  }
}
