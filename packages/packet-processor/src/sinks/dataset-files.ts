import { type Dataset, manifestPathOf, openDataset, readManifest, type Schema } from '@antinex/dataset';
import type { SpoolEnd } from '../antinex/spool/spool-end.ts';
import type { SpoolWriter } from '../antinex/spool/spool-writer.ts';
import { type DatasetLedger, ledgerIn } from '../dedupe/dataset-ledger.ts';
import { lockDataset } from './dataset-lock.ts';
import { type DatasetPaths, mainPathOf, rotatedManifests, rotatedPaths } from './dataset-paths.ts';
import type { KernelLock } from './kernel-lock.ts';

/** Earlier files that are looked into: the latest has what all before it had, unless it was left empty. */
const MOST_EARLIER = 16;

/** Opens the spool of a dataset; `end` is what its manifest tells of one that it has. */
export type OpenSpool = (path: string, end: SpoolEnd | undefined) => Promise<SpoolWriter>;

/** A dataset that is open for this process alone. */
export interface OpenDataset {
  readonly dataset: Dataset;
  /** The file that gives it its name. */
  readonly path: string;
  readonly openedMs: number;
  /** What its processor left in it, if any did; of one spread over several files, what stands in the latest. */
  readonly ledger: DatasetLedger | undefined;
  /** Where its rows wait for AntiNex, if they are to be posted. */
  readonly spool: SpoolWriter | undefined;
  /** What its own manifest tells of a spool that it has, to be posted now or some other time. */
  readonly spoolEnd: SpoolEnd | undefined;
  /** Lets go of the files, with what was appended since the last snapshot. */
  close(): Promise<void>;
}

/** Opens the files of a dataset: always the same ones, or with `rotates` new ones each time. */
export class DatasetFiles {
  readonly #paths: DatasetPaths;
  readonly #rotates: boolean;
  readonly #kind: { readonly schema: Schema; readonly name: string };
  readonly #openSpool: OpenSpool | undefined;
  #number = 0;

  constructor(
    paths: DatasetPaths,
    rotates: boolean,
    kind: { schema: Schema; name: string },
    openSpool?: OpenSpool,
  ) {
    this.#paths = paths;
    this.#rotates = rotates;
    this.#kind = kind;
    this.#openSpool = openSpool;
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
      const own = ledgerIn(await readManifest(manifestPathOf(path)));
      const spool = await this.#openSpool?.(path, own?.antinex);
      const close = () => closeAll(dataset, spool, lock);
      const openedMs = performance.now();
      return { dataset, path, ledger: own ?? earlier, spool, spoolEnd: own?.antinex, openedMs, close };
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
async function closeAll(dataset: Dataset, spool: SpoolWriter | undefined, lock: KernelLock): Promise<void> {
  await dataset.rollback().catch(() => {});
  await dataset.close().catch(() => {});
  await spool?.close();
  await lock.release();
}
