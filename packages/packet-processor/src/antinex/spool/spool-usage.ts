import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError } from '@antinex/runtime';

/** Others write to the folder, too, and take away from it. */
const LOOK_MS = 1000;

/** Keeps all files of a folder together below a bound, give or take what others write in a second. */
export class SpoolUsage {
  readonly #folder: string;
  readonly #limitBytes: number;
  #bytes = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** Asks for room. @throws PipelineError ANTINEX_SPOOL_FULL */
  async take(bytes: number): Promise<void> {
    const isOld = performance.now() - this.#lookedMs > LOOK_MS;
    if (isOld || this.#bytes + bytes > this.#limitBytes) {
      this.#bytes = await bytesIn(this.#folder);
      this.#lookedMs = performance.now();
    }
    if (this.#bytes + bytes > this.#limitBytes) {
      throw new PipelineError('ANTINEX_SPOOL_FULL', { folder: this.#folder, limitBytes: this.#limitBytes });
    }
    this.#bytes += bytes;
  }
}

/** Of all files in a folder and in those below; what goes away in the meantime does not count. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
