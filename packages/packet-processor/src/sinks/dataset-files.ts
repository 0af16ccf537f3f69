import { type Dataset, manifestPathOf, openDataset, readManifest, type Schema } from '@antinex/dataset';
import { type DatasetLedger, ledgerIn } from '../dedupe/dataset-ledger.ts';
import { lockDataset } from './dataset-lock.ts';
import { type DatasetPaths, mainPathOf, rotatedManifests, rotatedPaths } from './dataset-paths.ts';
import type { KernelLock } from './kernel-lock.ts';

/** Earlier files that are looked into: the latest has what all before it had, unless it was left empty. */
const MOST_EARLIER = 16;

/** A dataset that is open for this process alone. */
export interface OpenDataset {
  readonly dataset: Dataset;
  /** The file that gives it its name. */
  readonly path: string;
  readonly openedMs: number;
  /** What its processor left in it, if any did; of one spread over several files, what stands in the latest. */
  readonly ledger: DatasetLedger | undefined;
  /** Lets go of the files, with what was appended since the last snapshot. */
  close(): Promise<void>;
}

/** Opens the files of a dataset: always the same ones, or with `rotates` new ones each time. */
export class DatasetFiles {
  readonly #paths: DatasetPaths;
  readonly #rotates: boolean;
  readonly #kind: { readonly schema: Schema; readonly name: string };
  #number = 0;

  constructor(paths: DatasetPaths, rotates: boolean, kind: { schema: Schema; name: string }) {
    this.#paths = paths;
    this.#rotates = rotates;
    this.#kind = kind;
  }

  /** @throws PipelineError DATASET_MISMATCH, OUTPUT_UNWRITABLE, DISK_FULL. */
  async open(): Promise<OpenDataset> {
    const paths = this.#rotates ? rotatedPaths(this.#paths, ++this.#number) : this.#paths;
    const path = mainPathOf(paths);
    const lock = await lockDataset(path);
    try {
      const earlier = this.#rotates ? await this.#earlier() : undefined;
      const dataset = await openDataset({ ...this.#kind, ...paths });
      // Not before: opening finds out whether the manifest that is there is one of these files.
      const ledger = ledgerIn(await readManifest(manifestPathOf(path))) ?? earlier;
      return { dataset, path, ledger, openedMs: performance.now(), close: () => closeBoth(dataset, lock) };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #earlier(): Promise<DatasetLedger | undefined> {
    for (const path of (await rotatedManifests(this.#paths)).slice(0, MOST_EARLIER)) {
      const ledger = ledgerIn(await readManifest(path).catch(() => undefined));
      if (ledger !== undefined) return ledger;
    }
    return undefined;
  }
}

/** Closing takes a snapshot, which must not keep rows that nobody has committed. */
async function closeBoth(dataset: Dataset, lock: KernelLock): Promise<void> {
  await dataset.rollback().catch(() => {});
  await dataset.close().catch(() => {});
  await lock.release();
}
