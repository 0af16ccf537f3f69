import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, manifestPathOf, readManifest } from '@antinex/dataset';
import { type DatasetLedger, ledgerIn } from './dataset-ledger.ts';
import type { NumberSet } from './number-set.ts';
import { PacketWindow } from './packet-window.ts';

/** Of the datasets in the folder, those that changed last are known. */
const MOST_DATASETS = 64;
/** Manifests that nobody writes for long are only looked at in a thorough look. */
const QUIET_MS = 60_000;
/** Times of files may be a bit behind the clock. */
const CLOCK_MS = 100;
/** No limit: a manifest tells no more than its own processor remembers. */
const ALL = Number.POSITIVE_INFINITY;

/** Numbers of packets by session. */
export type Packets = readonly (readonly [session: string, numbers: NumberSet])[];

/** What is known of a manifest without reading it. */
interface ManifestFile {
  readonly manifestPath: string;
  readonly changedMs: number;
  /** Tells whether it has been replaced. */
  readonly version: string;
}

/** A dataset of another processor of our queue, or of an earlier run. */
export interface OtherDataset extends ManifestFile {
  readonly manifest: Manifest;
  readonly ledger: DatasetLedger;
  readonly window: PacketWindow;
}

/** The other datasets in a folder that hold packets of our queue and belong to our user, or root. */
export class Elsewhere {
  readonly #folder: string;
  readonly #queue: string;
  readonly #startedMs = Date.now() - CLOCK_MS;
  readonly #own = new Set<string>();
  #files = new Map<string, ManifestFile>();
  /** Of the latest files, those that are datasets of the queue, and undefined for the others. */
  #read = new Map<ManifestFile, OtherDataset | undefined>();

  constructor(folder: string, queue: string) {
    this.#folder = folder;
    this.#queue = queue;
  }

  /** Leaves out the dataset we write to, until `takeIn`: of that we know better. */
  leaveOut(path: string): void {
    this.#own.add(manifestPathOf(path));
  }

  takeIn(path: string): void {
    this.#own.delete(manifestPathOf(path));
  }

  get datasets(): readonly OtherDataset[] {
    return [...this.#read.values()].filter((dataset) => dataset !== undefined);
  }

  /**
   * Whether a packet that may have been another processor's has a row with it. One that was through
   * before we started left nothing over: what looks like its packets is a capture read once more.
   */
  has(id: string): boolean {
    for (const dataset of this.#read.values()) {
      if (dataset === undefined) continue;
      const isThrough = dataset.ledger.writer.state !== 'open' && !this.#isOfOurTime(dataset);
      if (!isThrough && dataset.window.has(id)) return true;
    }
    return false;
  }

  /** Whether one that is written at the same time as ours has any of the packets. */
  hasAny(packets: Packets): boolean {
    for (const dataset of this.#read.values()) {
      if (dataset === undefined || !this.#isOfOurTime(dataset)) continue;
      for (const [session, numbers] of packets) if (dataset.window.hasAny(session, numbers)) return true;
    }
    return false;
  }

  /** Learns what changed since the last time; unless it is `thorough`, not of those that are no longer written to. */
  async refresh(thorough: boolean): Promise<void> {
    const files = await this.#list(thorough);
    const latest = files.sort((a, b) => b.changedMs - a.changedMs).slice(0, MOST_DATASETS);
    const datasets = latest.map(async (file) => {
      const dataset = this.#read.has(file) ? this.#read.get(file) : await this.#readDataset(file);
      return [file, dataset] as const;
    });
    this.#files = new Map(files.map((file) => [file.manifestPath, file]));
    this.#read = new Map(await Promise.all(datasets));
  }

  #isOfOurTime({ changedMs }: OtherDataset): boolean {
    return changedMs >= this.#startedMs;
  }

  async #list(thorough: boolean): Promise<ManifestFile[]> {
    const ending = manifestPathOf('');
    const names = await readdir(this.#folder).catch(() => []);
    const paths = names.filter((name) => name.endsWith(ending)).map((name) => join(this.#folder, name));
    const looks = paths.map((path) => {
      if (this.#own.has(path)) return undefined;
      const known = this.#files.get(path);
      return !thorough && known && this.#isQuiet(known) ? known : look(path, known);
    });
    return (await Promise.all(looks)).filter((file) => file !== undefined);
  }

  /** There may be thousands that are full, but those still written to are few. */
  #isQuiet(file: ManifestFile): boolean {
    const isForGood = (this.#read.get(file)?.ledger.writer.state ?? 'full') === 'full';
    return isForGood && Date.now() - file.changedMs > QUIET_MS;
  }

  async #readDataset(file: ManifestFile): Promise<OtherDataset | undefined> {
    // One that is no manifest, or just went away, says nothing.
    const manifest = await readManifest(file.manifestPath).catch(() => undefined);
    const ledger = ledgerIn(manifest);
    if (manifest === undefined || ledger?.queue !== this.#queue) return undefined;
    const window = new PacketWindow(ALL, ALL);
    window.restore(ledger.seen);
    return { ...file, manifest, ledger, window };
  }
}

/** The file as it is, the very same object as `known` where it did not change. Manifests are replaced, not rewritten. */
async function look(
  manifestPath: string,
  known: ManifestFile | undefined,
): Promise<ManifestFile | undefined> {
  const status = await stat(manifestPath).catch(() => undefined);
  if (status === undefined || !isTrusted(status.uid)) return undefined;
  const version = `${status.ino} ${status.mtimeMs} ${status.size}`;
  return known?.version === version ? known : { manifestPath, version, changedMs: status.mtimeMs };
}

/** What others may put into a shared folder must not make us drop packets. */
const isTrusted = (uid: number): boolean => uid === 0 || uid === process.getuid?.();
