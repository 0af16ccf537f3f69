import { LazyMessage } from '@antinex/decoder';
import type { DatasetFiles } from './dataset-files.ts';
import type { Refusal } from './limits.ts';
import { type Ledger, type Manifest, newManifest, writeManifestDraft } from './manifest.ts';
import { MessageRow } from './message-row.ts';
import { publishDraft } from './replace-file.ts';
import { Tally, type TallyState } from './tally.ts';

/** A message that got no row; `index` is its place in the batch. */
export interface RefusedMessage {
  readonly index: number;
  readonly reason: Refusal;
}

export interface AppendResult {
  readonly rows: number;
  readonly refused: readonly RefusedMessage[];
}

/** Bytes cut off a file because no snapshot had made them durable. */
export interface Recovery {
  readonly path: string;
  readonly removedBytes: number;
}

/** What `openDataset` makes a dataset of. */
export interface DatasetParts {
  readonly files: DatasetFiles;
  readonly manifestPath: string;
  readonly title: Pick<Manifest, 'name' | 'schema' | 'created'>;
  readonly tally: TallyState | undefined;
  readonly ledger: Ledger | undefined;
  readonly recovered: readonly Recovery[];
  /** What the archive keeps of a message. */
  readonly toArchive: (message: object, received: Date) => object;
  readonly now: () => Date;
}

/**
 * A dataset that grows: a CSV file, an archive or both, and the manifest beside them.
 *
 * `append` takes rows in, `snapshot` makes them durable: only then acknowledge their messages. When
 * one of them fails (a full disk, say) the dataset goes back to the last snapshot and can be used
 * again; what was appended since then has to be appended again. Calls may overlap: they take turns.
 */
export class Dataset {
  readonly #parts: DatasetParts;
  readonly #tally: Tally;
  #ledger: Ledger | undefined;
  /** What the last snapshot left. */
  #committedTally: TallyState;
  #manifest: Manifest;
  /** The manifest on the disk may already be the next one. */
  #isManifestAhead = false;
  /** Why nothing works any more: going back failed. */
  #broken: { readonly error: unknown } | undefined;
  #isClosed = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: DatasetParts) {
    this.#parts = parts;
    this.#tally = new Tally(parts.tally);
    this.#ledger = parts.ledger;
    this.#committedTally = this.#tally.state();
    this.#manifest = this.#describe('committed');
  }

  /** Rows taken in, durable or not. */
  get rows(): number {
    return this.#parts.files.state('state').rows;
  }

  /** Rows that survive a crash. */
  get durableRows(): number {
    return this.#manifest.rows;
  }

  /** Bytes of the dataset's files, with rows that are not durable yet. */
  get bytes(): number {
    return this.#parts.files.bytes;
  }

  /** What was cut off the files when they were opened. */
  get recovered(): readonly Recovery[] {
    return this.#parts.recovered;
  }

  /**
   * Takes in a row for each message: an object, a LazyMessage or a MessageRow. What is no message of the
   * dataset's schema is refused and counted.
   *
   * @throws PipelineError DISK_FULL, OUTPUT_UNWRITABLE: the rows since the last snapshot are undone.
   */
  append(messages: readonly unknown[]): Promise<AppendResult> {
    return this.#run(() => this.#append(messages));
  }

  /**
   * Makes all rows durable and then says so in the manifest; `ledger` replaces the one in there.
   *
   * @throws PipelineError like `append`.
   */
  snapshot(ledger?: Ledger): Promise<Manifest> {
    return this.#run(() => this.#commit(ledger));
  }

  /** Undoes the rows since the last snapshot: for a consumer that cannot acknowledge their messages. */
  rollback(): Promise<void> {
    return this.#run(() => this.#undo());
  }

  /** A last snapshot, unless the dataset is broken, and the end of its use. */
  close(ledger?: Ledger): Promise<Manifest> {
    return this.#inTurn(async () => {
      if (this.#isClosed) return this.#manifest;
      this.#isClosed = true;
      try {
        return this.#broken ? this.#manifest : await this.#orUndo(() => this.#commit(ledger));
      } finally {
        await this.#parts.files.close();
      }
    });
  }

  async #append(messages: readonly unknown[]): Promise<AppendResult> {
    const { files, now, toArchive } = this.#parts;
    const received = now();
    const refused: RefusedMessage[] = [];
    for (let index = 0; index < messages.length; index++) {
      const given = messages[index];
      if (given instanceof MessageRow && files.takesRows) {
        files.writeRow(given);
        this.#tally.addRow(given);
        if (files.isFull) await files.flush();
        continue;
      }
      if (given instanceof LazyMessage && files.writeLazy(given)) {
        this.#tally.addLazy(given);
        if (files.isFull) await files.flush();
        continue;
      }
      const isMade = !(given instanceof MessageRow || given instanceof LazyMessage);
      const message = (isMade ? given : given.toJSON()) as object;
      let reason = files.place(message);
      if (reason === undefined) {
        if (files.needsColumns) await this.#addColumns();
        reason = files.write(files.hasArchive ? toArchive(message, received) : undefined);
      }
      if (reason === undefined) this.#tally.add(message);
      else {
        this.#tally.refuse(reason);
        refused.push({ index, reason });
      }
      if (files.isFull) await files.flush();
    }
    return { rows: messages.length - refused.length, refused };
  }

  /** The rows of the last snapshot are longer then, so the manifest has to say where they end now. */
  async #addColumns(): Promise<void> {
    await this.#parts.files.addColumns();
    await this.#publish(this.#describe('committed'));
  }

  async #commit(ledger?: Ledger): Promise<Manifest> {
    const { files } = this.#parts;
    const next = ledger ?? this.#ledger;
    await files.sync();
    await this.#publish(this.#describe('state', next));
    // Not before: a ledger may tell of rows that a failure undoes.
    this.#ledger = next;
    files.commit();
    this.#committedTally = this.#tally.state();
    return this.#manifest;
  }

  async #undo(): Promise<void> {
    await this.#parts.files.rollback();
    this.#tally.restore(this.#committedTally);
    if (this.#isManifestAhead) await this.#publish(this.#describe('committed'));
  }

  #describe(which: 'state' | 'committed', ofPackets = this.#ledger): Manifest {
    const { files, title, now } = this.#parts;
    const tally = which === 'state' ? this.#tally.state() : this.#committedTally;
    const ledger = ofPackets && { ledger: ofPackets };
    return newManifest({
      ...title,
      updated: now().toISOString(),
      ...files.state(which),
      ...tally,
      ...ledger,
    });
  }

  async #publish(manifest: Manifest): Promise<void> {
    const { manifestPath } = this.#parts;
    await writeManifestDraft(manifestPath, manifest);
    this.#isManifestAhead = true;
    await publishDraft(manifestPath);
    this.#isManifestAhead = false;
    this.#manifest = manifest;
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      if (this.#isClosed) throw new Error('the dataset is closed');
      return this.#orUndo(work);
    });
  }

  async #orUndo<T>(work: () => Promise<T>): Promise<T> {
    if (this.#broken) throw this.#broken.error;
    try {
      return await work();
    } catch (error) {
      await this.#undo().catch(() => {
        this.#broken = { error };
      });
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
