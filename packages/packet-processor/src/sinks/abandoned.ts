import { stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openDataset, type Recovery } from '@antinex/dataset';
import type { OtherDataset } from '../dedupe/elsewhere.ts';
import { lockDataset } from './dataset-lock.ts';
import { isSamePlace, writerPlace } from './writer-place.ts';

/** A writer at another place is gone when its files stand still for so long behind the time of its commits. */
const SILENCE_MS = 10_000;

/** What a file looked like, and since when. */
interface Look {
  readonly version: string;
  readonly sinceMs: number;
}

/**
 * Cuts off what processors that died left in their files behind the last commit: these messages were
 * not acked, so they become rows of another dataset. A processor that lives is left alone.
 */
export class AbandonedDatasets {
  readonly #place = writerPlace();
  #looks = new Map<string, Look>();

  /** Repairs those that need it; answers what was cut off. */
  async repair(datasets: readonly OtherDataset[]): Promise<Recovery[]> {
    const looks = new Map<string, Look>();
    const recovered: Recovery[] = [];
    for (const dataset of datasets) {
      const tail = await tailOf(dataset);
      if (tail === undefined) continue;
      const version = `${dataset.version} ${tail}`;
      const before = this.#looks.get(dataset.manifestPath);
      const look = before?.version === version ? before : { version, sinceMs: performance.now() };
      looks.set(dataset.manifestPath, look);
      if (this.#mayBeGone(dataset, look)) recovered.push(...(await repairUnlessHeld(dataset)));
    }
    this.#looks = looks;
    return recovered;
  }

  /** At our own place the lock tells for sure, and is asked next. */
  #mayBeGone({ ledger: { writer } }: OtherDataset, { sinceMs }: Look): boolean {
    if (isSamePlace(writer.place, this.#place)) return true;
    return performance.now() - sinceMs > SILENCE_MS + 2 * writer.saveMs;
  }
}

/** The lengths of a dataset's files, when they are not those in its manifest. */
async function tailOf({ manifestPath, manifest }: OtherDataset): Promise<string | undefined> {
  const parts = [manifest.csv, manifest.archive].filter((part) => part !== undefined);
  const lengths = await Promise.all(
    parts.map(({ file }) => stat(pathOf(manifestPath, file)).then(({ size }) => size)),
  ).catch(() => undefined);
  if (lengths === undefined || parts.every(({ bytes }, i) => bytes === lengths[i])) return undefined;
  return lengths.join(' ');
}

async function repairUnlessHeld(other: OtherDataset): Promise<readonly Recovery[]> {
  const { manifestPath, manifest, changedMs } = other;
  const { csv, archive, schema, name } = manifest;
  const csvPath = csv && pathOf(manifestPath, csv.file);
  const archivePath = archive && pathOf(manifestPath, archive.file);
  try {
    const lock = await lockDataset((csvPath ?? archivePath)!);
    try {
      const dataset = await openDataset({ schema, name, csvPath, archivePath });
      await dataset.close();
      // It keeps its time, so that nobody takes it for one that is being written.
      await utimes(manifestPath, changedMs / 1000, changedMs / 1000);
      return dataset.recovered;
    } finally {
      await lock.release();
    }
  } catch {
    // It is in use, or cannot be mended now; there will be another time.
    return [];
  }
}

/** Files stand beside their manifest, whose own name is of no use where a dataset was renamed. */
const pathOf = (manifestPath: string, file: string): string => join(dirname(manifestPath), basename(file));
