import { labelName, RandomState, UNKNOWN_LABEL } from '@antinex/models';
import { readNumber } from '../rows/cell.ts';
import type { PrepareJob } from './prepare-job.ts';
import { matches } from './wildcard.ts';

const LABEL = 'label_value';
const LABEL_NAME = 'label_name';
const SOURCE = 'src_file';
export const LABELS: readonly string[] = [LABEL, LABEL_NAME];
const UNKNOWN_NAME = 'unknown';

/** A file whose rows are merged: where it lies, and its path below the dataset folder. */
export interface SourceFile {
  readonly path: string;
  readonly name: string;
}

/** Makes rows of several files ones of the same columns, with a label each. */
export class MergedRows {
  /** All columns of all files, in the order in which they come, and those of the source and the label. */
  readonly columns: readonly string[];
  readonly #job: PrepareJob;
  readonly #places: ReadonlyMap<string, number>;
  readonly #random: RandomState | undefined;

  constructor(job: PrepareJob, headers: readonly (readonly string[])[]) {
    this.#job = job;
    this.columns = [...new Set([...headers.flat(), SOURCE, ...LABELS])];
    this.#places = new Map(this.columns.map((name, place) => [name, place]));
    this.#random = job.setIfAbove === undefined ? undefined : new RandomState(job.seed);
  }

  /** What makes a row of a record of this file. */
  rowsOf(file: SourceFile, header: readonly string[]): (record: readonly string[]) => string[] {
    const places = header.map((name) => this.#places.get(name)!);
    const fileLabel = this.#job.fileLabels.find(
      ({ pattern }) => matches(pattern, file.name) || matches(pattern, file.name.split('/').at(-1)!),
    )?.value;
    return (record) => {
      const row = new Array<string>(this.columns.length).fill('');
      for (let i = 0; i < Math.min(record.length, places.length); i++) row[places[i]] = record[i];
      row[this.#places.get(SOURCE)!] = file.name;
      this.#label(row, fileLabel);
      return row;
    };
  }

  #label(row: string[], fileLabel: number | undefined): void {
    const { labels, setIfAbove } = this.#job;
    const at = this.#places.get(LABEL)!;
    const nameAt = this.#places.get(LABEL_NAME)!;
    if (this.#random) {
      const place = this.#random.interval(100) > setIfAbove! ? 1 : 0;
      row[at] = String(labels.label_values[place]);
      row[nameAt] = labels.labels[place];
      return;
    }
    const own = readNumber(row[at]);
    const value = fileLabel ?? (own === undefined || Number.isNaN(own) ? UNKNOWN_LABEL : own);
    row[at] = String(value);
    row[nameAt] = labelName(labels, value) ?? (row[nameAt] || UNKNOWN_NAME);
  }
}
