import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toPipelineError } from '@antinex/runtime';
import papaparse from 'papaparse';

const BATCH_CELLS = 100_000;
const UNFINISHED = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Removes, in a folder and those below, what was left unfinished: by a server that was killed, say. */
export async function removeUnfinished(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const left = entries.filter((entry) => entry.isFile() && UNFINISHED.test(entry.name));
  await Promise.all(left.map(({ parentPath, name }) => rm(join(parentPath, name), { force: true })));
}

/** A file that is there whole or not at all. */
export class WholeFile {
  readonly #path: string;
  /** Where it lies until it is finished. */
  readonly unfinished: string;
  readonly #file: FileHandle;

  private constructor(path: string, unfinished: string, file: FileHandle) {
    this.#path = path;
    this.unfinished = unfinished;
    this.#file = file;
  }

  /** @throws PipelineError as of a file that cannot be written */
  static async create(path: string): Promise<WholeFile> {
    const unfinished = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return new WholeFile(path, unfinished, await open(unfinished, 'wx', 0o600));
    } catch (error) {
      throw toPipelineError(error, { path, access: 'write' });
    }
  }

  async write(text: string): Promise<void> {
    try {
      await this.#file.writeFile(text);
    } catch (error) {
      throw toPipelineError(error, { path: this.#path, access: 'write' });
    }
  }

  /** Writes records as they are made: short ones may become long. */
  async records(records: Iterable<readonly string[]>): Promise<void> {
    let batch: (readonly string[])[] = [];
    let cells = 0;
    for (const record of records) {
      batch.push(record);
      cells += record.length;
      if (cells < BATCH_CELLS) continue;
      await this.#csv(batch);
      batch = [];
      cells = 0;
    }
    await this.#csv(batch);
  }

  async #csv(records: readonly (readonly string[])[]): Promise<void> {
    if (records.length > 0)
      await this.write(`${papaparse.unparse(records as string[][], { newline: '\n' })}\n`);
  }

  /** Puts it in its place. */
  async finish(): Promise<void> {
    try {
      await this.#file.sync();
      await this.#file.close();
      await rename(this.unfinished, this.#path);
    } catch (error) {
      throw toPipelineError(error, { path: this.#path, access: 'write' });
    }
  }

  /** Takes back what is not finished. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
    await rm(this.unfinished, { force: true }).catch(() => {});
  }
}
