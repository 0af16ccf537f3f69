import { MessageRow, type RefusedMessage } from '@antinex/dataset';
import type { LedgerMessage } from '@antinex/decoder';
import { AgentLedgers } from '../dedupe/agent-ledgers.ts';
import { type DatasetLedger, toLedger, type WriterState } from '../dedupe/dataset-ledger.ts';
import type { Elsewhere } from '../dedupe/elsewhere.ts';
import { NumberSet } from '../dedupe/number-set.ts';
import { PacketWindow } from '../dedupe/packet-window.ts';
import { SourceGaps } from '../dedupe/source-gaps.ts';
import { idOf, isFormless, type Message } from '../messages/message.ts';
import type { DatasetFiles, OpenDataset } from './dataset-files.ts';
import { type Rotation, roomIn } from './rotation.ts';
import { type Appended, addCounts, NO_COUNTS, type Sink } from './sink.ts';
import { writerPlace } from './writer-place.ts';

export interface DatasetSinkOptions {
  readonly files: DatasetFiles;
  readonly rotation: Rotation;
  /** The queue the messages come from. */
  readonly queue: string;
  /** How long rows wait for a commit at most. */
  readonly saveMs: number;
  /** Packet ids to remember. */
  readonly windowIds: number;
  readonly elsewhere: Elsewhere;
  /** Called with each dataset that is opened. */
  readonly onOpen: (open: OpenDataset) => void;
}

/**
 * Rows in a CSV file, an archive or both. Which packets have a row stands in the manifest, which every
 * commit replaces as a whole; so a packet has one row in the dataset, whatever comes again. The same
 * commit makes the rows those of the spool for AntiNex, where there is one.
 */
export class DatasetSink implements Sink {
  readonly durability = 'fsync';
  readonly #options: DatasetSinkOptions;
  readonly #place = writerPlace();
  #open: OpenDataset | undefined;
  /** The one that is open, or was until now. */
  #latest: OpenDataset | undefined;
  /** What is known of the packets comes from the manifest when the dataset is opened next. */
  #startsOver = true;
  #window: PacketWindow;
  #gaps = new SourceGaps();
  /** From the first dataset on; later ones have it from here. */
  #agents: AgentLedgers | undefined;
  #hasNews = false;
  #counts = NO_COUNTS;
  #pending = NO_COUNTS;
  #lastTime: string | null = null;

  /** @throws PipelineError as openDataset does. */
  static async open(options: DatasetSinkOptions): Promise<DatasetSink> {
    const sink = new DatasetSink(options);
    await sink.#opened();
    return sink;
  }

  private constructor(options: DatasetSinkOptions) {
    this.#options = options;
    this.#window = new PacketWindow(options.windowIds);
  }

  get pendingRows() {
    return this.#pending.rows;
  }

  get pendingPackets() {
    return this.#window.pending;
  }

  get counts() {
    return this.#counts;
  }

  get hasNews() {
    return this.#hasNews;
  }

  get agents() {
    return (this.#agents ?? new AgentLedgers()).total();
  }

  get missing() {
    return this.#gaps.bySource();
  }

  get lastTime() {
    return this.#lastTime;
  }

  get files() {
    if (this.#latest === undefined) return [];
    const { path, dataset } = this.#latest;
    return [{ path, rows: dataset.durableRows, bytes: dataset.bytes }];
  }

  append(messages: readonly Message[], suspect: boolean): Promise<Appended> {
    return this.#orForget(async () => {
      const open = await this.#withRoom();
      const room = this.#room(open);
      const fresh: Message[] = [];
      let duplicates = 0;
      let formless = 0;
      let taken = 0;
      for (; taken < messages.length && fresh.length < room; taken++) {
        const message = messages[taken];
        if (!this.#isNew(message, suspect)) duplicates++;
        else if (isFormless(message)) formless++;
        else fresh.push(message);
      }
      const { dataset, spool } = open;
      const firstRow = spool === undefined ? 0 : dataset.rows;
      const { rows, refused } = await dataset.append(fresh);
      if (spool !== undefined) await spool.append(withoutRefused(fresh, refused), firstRow);
      this.#pending = addCounts(this.#pending, { rows, duplicates, formless });
      return { taken, refusal: refused[0]?.reason };
    });
  }

  async takeLedgers(ledgers: readonly LedgerMessage[]): Promise<void> {
    await this.#opened();
    for (const ledger of ledgers) if (this.#agents!.add(ledger)) this.#hasNews = true;
  }

  commit(): Promise<void> {
    return this.#orForget(async () => {
      if (this.pendingRows > 0 || this.#hasNews) await this.#snapshot(await this.#opened());
      for (const [session, numbers] of this.#window.pending) this.#gaps.add(session, numbers);
      this.#window.commit();
      this.#counts = addCounts(this.#counts, this.#pending);
      this.#pending = NO_COUNTS;
    });
  }

  async rollback(): Promise<void> {
    this.#forgetPending();
    try {
      await this.#open?.dataset.rollback();
      await this.#open?.spool?.rollback();
    } catch {
      // It cannot go back by itself, but opening it anew does.
      this.#startsOver = true;
      await this.#finish();
    }
  }

  async close(isSettled: boolean): Promise<void> {
    await this.rollback();
    // It only saves others a look: on a full disk it may fail.
    if (isSettled && this.#open) await this.#snapshot(this.#open, 'ended').catch(() => {});
    await this.#finish();
  }

  async #snapshot({ dataset, spool, spoolEnd }: OpenDataset, state: WriterState = 'open'): Promise<void> {
    const { queue, saveMs } = this.#options;
    const antinex = spool === undefined ? spoolEnd : await spool.sync();
    const ledger = toLedger({
      queue,
      duplicates: this.#counts.duplicates + this.#pending.duplicates,
      missing: Object.fromEntries(this.#gaps.bySource()),
      seen: this.#window.state(),
      ...this.#agents!.state(),
      writer: { place: this.#place, saveMs, state },
      ...(antinex && { antinex }),
    });
    this.#lastTime = (await dataset.snapshot(ledger)).lastTime;
    spool?.commit();
    this.#hasNews = false;
  }

  /** A message without an id always is. */
  #isNew(message: Message, suspect: boolean): boolean {
    if (!suspect && message instanceof MessageRow && message.number > 0) {
      return this.#window.addNumber(message.session, message.number);
    }
    const id = idOf(message);
    return id === undefined || (!(suspect && this.#options.elsewhere.has(id)) && this.#window.add(id));
  }

  /** The dataset, or its next one when it is full and nothing waits for a commit. */
  async #withRoom(): Promise<OpenDataset> {
    const open = await this.#opened();
    if (this.pendingRows > 0 || this.#room(open) > 0) return open;
    await this.#goOn(open);
    return this.#opened();
  }

  /** Opens the next dataset in place of a full one. */
  async #goOn(full: OpenDataset): Promise<void> {
    this.#open = undefined;
    try {
      await this.#opened();
      // Only now that the next one knows its packets may others stop to look at it.
      await this.#snapshot(full, 'full').catch(() => {});
    } finally {
      if (this.#open === undefined) this.#open = full;
      else await this.#letGo(full);
    }
  }

  async #opened(): Promise<OpenDataset> {
    if (this.#open !== undefined) return this.#open;
    const open = await this.#options.files.open();
    this.#options.elsewhere.leaveOut(open.path);
    this.#open = open;
    this.#latest = open;
    if (this.#startsOver) this.#startWith(open.ledger);
    this.#options.onOpen(open);
    // From its start the others shall know whose it is, and what it knows.
    await this.#snapshot(open);
    return open;
  }

  #startWith(ledger: DatasetLedger | undefined): void {
    const { seen } = ledger ?? { seen: [] };
    this.#startsOver = false;
    this.#agents ??= AgentLedgers.from(ledger);
    this.#window = new PacketWindow(this.#options.windowIds);
    this.#window.restore(seen);
    this.#gaps = new SourceGaps();
    for (const [session, text] of seen.flatMap(Object.entries<string>)) {
      this.#gaps.add(session, NumberSet.parse(text) ?? new NumberSet());
    }
  }

  async #finish(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    await this.#letGo(open);
  }

  async #letGo(open: OpenDataset): Promise<void> {
    await open.close();
    this.#options.elsewhere.takeIn(open.path);
  }

  #room({ dataset, openedMs }: OpenDataset): number {
    const { rows, bytes } = dataset;
    return roomIn({ rows, bytes, ageMs: performance.now() - openedMs }, this.#options.rotation);
  }

  async #orForget<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#forgetPending();
      throw error;
    }
  }

  #forgetPending(): void {
    this.#window.rollback();
    this.#pending = NO_COUNTS;
  }
}

function withoutRefused(
  messages: readonly Message[],
  refused: readonly RefusedMessage[],
): readonly Message[] {
  if (refused.length === 0) return messages;
  const indices = new Set(refused.map(({ index }) => index));
  return messages.filter((_, index) => !indices.has(index));
}
