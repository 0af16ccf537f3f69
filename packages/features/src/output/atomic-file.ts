import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PipelineError, toPipelineError } from '@antinex/runtime';

/**
 * A file that takes its place, whole and durable, when it is committed; until then, and if that never
 * comes, what was there stays as it was.
 */
export class AtomicFile {
  /** As it was given. */
  readonly path: string;
  private readonly target: string;
  private readonly draft: string;
  private readonly handle: FileHandle;
  private length = 0;

  private constructor(path: string, target: string, draft: string, handle: FileHandle) {
    this.path = path;
    this.target = target;
    this.draft = draft;
    this.handle = handle;
  }

  /**
   * Begins a file. `inputs` are what its contents are made from: none of them may be written to.
   *
   * @throws PipelineError OUTPUT_UNWRITABLE, DISK_FULL
   */
  static async create(path: string, inputs: readonly string[] = []): Promise<AtomicFile> {
    try {
      const target = await placeOf(path, inputs);
      const draft = `${target}.${randomUUID()}.tmp`;
      return new AtomicFile(path, target, draft, await open(draft, 'wx'));
    } catch (error) {
      throw toPipelineError(error, { path, access: 'write' });
    }
  }

  /** Appends bytes. */
  write(bytes: Uint8Array): Promise<void> {
    return this.put(bytes, this.length);
  }

  /** Writes bytes over the first ones. */
  writeHead(bytes: Uint8Array): Promise<void> {
    return this.put(bytes, 0);
  }

  async commit(): Promise<void> {
    await this.attempt(async () => {
      await this.handle.sync();
      await this.handle.close();
      await rename(this.draft, this.target);
      await syncFolder(dirname(this.target));
    });
  }

  /** Leaves all as it was; safe at any time. */
  async abort(): Promise<void> {
    await this.handle.close().catch(() => {});
    await rm(this.draft, { force: true }).catch(() => {});
  }

  private async put(bytes: Uint8Array, position: number): Promise<void> {
    await this.attempt(async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    });
    this.length = Math.max(this.length, position + bytes.length);
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.abort();
      throw toPipelineError(error, { path: this.path, access: 'write' });
    }
  }
}

/** The file itself where `path` is a link; refuses what must not be replaced. */
async function placeOf(path: string, inputs: readonly string[]): Promise<string> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (there === undefined) return path;
  const refuse = (reason: string) => new PipelineError('OUTPUT_UNWRITABLE', { path, reason });
  if (!there.isFile()) throw refuse(there.isDirectory() ? 'it is a directory' : 'it is not a regular file');
  for (const input of inputs) {
    const other = await stat(input).catch(() => undefined);
    if (other?.ino === there.ino && other.dev === there.dev) throw refuse(`it is the input ${input}`);
  }
  return realpath(path);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
