import { type Dataset, manifestPathOf, openDataset, readManifest, type Schema } from '@antinex/dataset';
import { ledgerIn } from '../dedupe/dataset-ledger.ts';
import type { WindowState } from '../dedupe/packet-window.ts';
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
  /** The packets it had when it was opened; of one spread over several files, those of all. */
  readonly seen: WindowState;
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
      const earlier = this.#rotates ? await this.#seenEarlier() : [];
      const dataset = await openDataset({ ...this.#kind, ...paths });
      // Not before: opening finds out whether the manifest that is there is one of these files.
      const seen = [...earlier, ...(ledgerIn(await readManifest(manifestPathOf(path)))?.seen ?? [])];
      return { dataset, path, seen, openedMs: performance.now(), close: () => closeBoth(dataset, lock) };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #seenEarlier(): Promise<WindowState> {
    for (const path of (await rotatedManifests(this.#paths)).slice(0, MOST_EARLIER)) {
      const ledger = ledgerIn(await readManifest(path).catch(() => undefined));
      if (ledger !== undefined) return ledger.seen;
    }
    return [];
  }
}

/** Closing takes a snapshot, which must not keep rows that nobody has committed. */
async function closeBoth(dataset: Dataset, lock: KernelLock): Promise<void> {
  await dataset.rollback().catch(() => {});
  await dataset.close().catch(() => {});
  await lock.release();
}
