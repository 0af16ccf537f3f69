import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestPathOf, readManifest } from '@antinex/dataset';
import { type DatasetWriter, ledgerIn } from '../../dedupe/dataset-ledger.ts';
import type { StateFolder } from '../state-folder.ts';
import type { SpoolEnd } from './spool-end.ts';

/** `.` and eight digits. */
const ID_LENGTH = 9;

/** The file name of the dataset that a spool goes with. */
export const datasetNameOf = (spool: string): string => spool.slice(0, -ID_LENGTH);

/** A name for a dataset's spool that no other has. */
export const newSpoolName = (dataset: string): string => `${dataset}.${randomUUID().slice(0, ID_LENGTH - 1)}`;

/** A spool, and what of it may be posted. */
export interface KnownSpool {
  readonly end: SpoolEnd;
  /** Who writes its dataset, or did last; undefined when that is us, and when the dataset is gone. */
  readonly writer: DatasetWriter | undefined;
  /** Nothing more will be written to it, unless its dataset is opened again. */
  readonly isOver: boolean;
}

interface Looked extends KnownSpool {
  /** Of the manifest that was read. */
  readonly version: string;
}

/**
 * The spools in a folder, of this processor, of others that live, and of those that died: what of them
 * is committed stands in the manifests of their datasets.
 */
export class Spools {
  readonly #folder: StateFolder;
  /** Those that this process writes. */
  readonly #own = new Map<string, SpoolEnd>();
  #others = new Map<string, Looked>();
  #unknown: string[] = [];
  /** Removed while somebody looks. */
  readonly #gone = new Set<string>();
  #refreshing: Promise<void> = Promise.resolve();

  constructor(folder: StateFolder) {
    this.#folder = folder;
  }

  /** Ours has grown. */
  committed(end: SpoolEnd): void {
    this.#own.set(end.spool, end);
  }

  /** We are through with it. */
  closed(end: SpoolEnd): void {
    this.#own.delete(end.spool);
    this.#others.set(end.spool, { end, writer: undefined, isOver: false, version: '' });
  }

  /** Those of which nobody knows what is committed: their datasets are gone. */
  get unknown(): readonly string[] {
    return this.#unknown;
  }

  /** By name, as last seen; `end` of those whose dataset is gone is what it was then. */
  get all(): ReadonlyMap<string, KnownSpool> {
    const own = Array.from(
      this.#own,
      ([name, end]) => [name, { end, writer: undefined, isOver: false }] as const,
    );
    return new Map<string, KnownSpool>([...this.#others, ...own]);
  }

  /** It is gone. */
  forget(spool: string): void {
    this.#others.delete(spool);
    this.#gone.add(spool);
  }

  /** Keeps nothing of those that others see to. */
  forgetOthers(): void {
    this.#others.clear();
  }

  /** What was known of spools before this process began. */
  remember(ends: Iterable<SpoolEnd>): void {
    for (const end of ends) {
      if (!this.#others.has(end.spool))
        this.#others.set(end.spool, { end, writer: undefined, isOver: true, version: '' });
    }
  }

  /** Looks what others have written. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.then(() => this.#refresh());
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    this.#gone.clear();
    const names = await readdir(this.#folder.spools).catch((): string[] => []);
    const others = names.filter((name) => !this.#own.has(name));
    const looks = await Promise.all(others.map((name) => this.#look(name)));
    const found = new Map<string, Looked>();
    for (const [i, look] of looks.entries()) if (look) found.set(others[i], look);
    this.#unknown = others.filter((name) => !found.has(name));
    // Closed, or removed, while we looked at the others.
    for (const [name, known] of this.#others) {
      if (names.includes(name) && !others.includes(name)) found.set(name, known);
    }
    for (const name of this.#gone) found.delete(name);
    this.#others = found;
  }

  /** The dataset's file that a spool goes with. */
  datasetOf(name: string): string {
    return join(this.#folder.datasets, datasetNameOf(name));
  }

  /** Undefined while nothing of it was ever committed, or nobody knows. */
  async #look(name: string): Promise<Looked | undefined> {
    const known = this.#others.get(name);
    const path = manifestPathOf(this.datasetOf(name));
    const status = await stat(path).catch(() => undefined);
    if (status === undefined) return known && { ...known, writer: undefined, isOver: true };
    const version = `${status.ino} ${status.mtimeMs} ${status.size}`;
    if (known?.version === version) return known;
    const ledger = ledgerIn(await readManifest(path).catch(() => undefined));
    // Another dataset may have taken the place of the one it was written with.
    if (ledger?.antinex?.spool !== name) return known && { ...known, writer: undefined, isOver: true };
    const { antinex: end, writer } = ledger;
    return { end, writer, isOver: writer.state !== 'open', version };
  }
}
