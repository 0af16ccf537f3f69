import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { csvFiles, idsOf, manifestOf } from '../datasets.ts';
import { IdOrder } from '../id-order.ts';

/** Checks the rows of datasets that rotate and removes what is checked, so that they do not fill the disk. */
export class RowSweeper {
  readonly order = new IdOrder();
  rows = 0;
  /** What the folder has held at most. */
  peakBytes = 0;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes the datasets that are full; at the end, all of them. */
  sweep(isEnd = false): void {
    const bytes = readdirSync(this.#folder).map((name) => sizeOf(join(this.#folder, name)));
    this.peakBytes = Math.max(
      this.peakBytes,
      bytes.reduce((sum, one) => sum + one, 0),
    );
    for (const path of csvFiles(this.#folder)) {
      if (!isEnd && manifestOf(path).ledger?.writer?.state !== 'full') break;
      const ids = idsOf([path]);
      this.order.take(ids);
      this.rows += ids.length;
      for (const file of [path, `${path}.manifest.json`]) rmSync(file);
    }
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
