import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError, toPipelineError } from '@antinex/runtime';

/** Longest part of a file's name that is taken from a queue's. */
const LONGEST_NAME = 100;
const OURS_ALONE = 0o700;

/**
 * What a processor keeps for AntiNex beside its datasets, one folder for each queue:
 *
 * - `spool/<dataset>.<id>/`, the rows of a dataset that are to be posted,
 * - `cursor.json`, what has been posted and what is being posted,
 * - `lock`, of the processor that posts,
 * - `refused/`, rows that AntiNex would not predict, with the reason.
 */
export class StateFolder {
  /** Where the datasets are. */
  readonly datasets: string;
  readonly path: string;

  constructor(datasets: string, queue: string) {
    this.datasets = datasets;
    this.path = join(datasets, `antinex-${fileNameOf(queue)}`);
  }

  get spools(): string {
    return join(this.path, 'spool');
  }

  get refused(): string {
    return join(this.path, 'refused');
  }

  get cursor(): string {
    return join(this.path, 'cursor.json');
  }

  spool(name: string): string {
    return join(this.spools, name);
  }

  /**
   * Makes it where there is none. Packets are nobody else's business.
   *
   * @throws PipelineError OUTPUT_UNWRITABLE, also for one that belongs to somebody else: /tmp is anybody's.
   */
  async make(): Promise<void> {
    const { path } = this;
    try {
      await mkdir(path, { mode: OURS_ALONE }).catch((error) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      });
      const status = await lstat(path);
      const isOurs = status.isDirectory() && [0, process.getuid?.()].includes(status.uid);
      if (!isOurs)
        throw new PipelineError('OUTPUT_UNWRITABLE', { path, reason: 'it belongs to somebody else' });
    } catch (error) {
      throw toPipelineError(error, { path, access: 'write' });
    }
  }
}

function fileNameOf(queue: string): string {
  const name = encodeURIComponent(queue);
  if (name.length <= LONGEST_NAME) return name;
  return createHash('sha256').update(queue).digest('hex').slice(0, 32);
}
