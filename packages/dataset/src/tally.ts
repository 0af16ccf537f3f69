import type { LazyMessage } from '@antinex/decoder';
import { isRecord } from './cell.ts';
import { MAX_NAME_LENGTH, type Refusal } from './limits.ts';
import type { MessageRow } from './message-row.ts';

/** Most sources that are named. */
const MAX_SOURCES = 1000;

/** What a dataset's rows come from. */
export interface TallyState {
  /** Hosts that captured; `moreSources` when there are others still. */
  readonly sources: readonly string[];
  readonly moreSources: boolean;
  /** Earliest and latest capture time, as the messages write it. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** Rows whose packet could be read in part only, by the kind of problem. */
  readonly decodeErrors: { readonly truncated: number; readonly malformed: number };
  /** Messages without a row, by the reason. */
  readonly refused: Readonly<Partial<Record<Refusal, number>>>;
}

const NOTHING: TallyState = {
  sources: [],
  moreSources: false,
  firstTime: null,
  lastTime: null,
  decodeErrors: { truncated: 0, malformed: 0 },
  refused: {},
};

/** Counts and remembers, for the manifest, what rows were made of. */
export class Tally {
  #sources = new Set<string>();
  #moreSources = false;
  #lastSource: string | undefined;
  #firstTime: string | null = null;
  #lastTime: string | null = null;
  /** Of the rows since `state` was last asked for, those of the earliest and of the latest packet. */
  #firstRow: MessageRow | undefined;
  #lastRow: MessageRow | undefined;
  /** The same of messages that were never made. */
  #firstLazy: LazyMessage | undefined;
  #lastLazy: LazyMessage | undefined;
  #truncated = 0;
  #malformed = 0;
  #refused = new Map<Refusal, number>();

  constructor(state: TallyState = NOTHING) {
    this.restore(state);
  }

  /** Counts a message that became a row. */
  add(message: { source?: unknown; created?: unknown; data?: unknown }): void {
    const { source, data } = message;
    if (source !== this.#lastSource) this.#addSource(source);
    const frame = isRecord(data) ? data.frame : undefined;
    if (!isRecord(frame)) return this.#addTime(message.created);
    this.#addTime(frame.time);
    if (isRecord(frame.error)) this.#addProblem(frame.error.kind);
  }

  /** Counts a row that was read from a message's JSON, and so is of a packet that could be read as a whole. */
  addRow(row: MessageRow): void {
    if (row.source !== this.#lastSource) this.#addSource(row.source);
    if (this.#lastRow === undefined || row.isLaterThan(this.#lastRow)) this.#lastRow = row;
    if (this.#firstRow === undefined || this.#firstRow.isLaterThan(row)) this.#firstRow = row;
  }

  /** Counts a row that was written straight from a packet. */
  addLazy(message: LazyMessage): void {
    const { decoded, origin } = message;
    if (origin.source !== this.#lastSource) this.#addSource(origin.source);
    if (message.hasTime) this.#addLazyTime(message);
    if (decoded.problem !== null) this.#addProblem(decoded.problem.kind);
  }

  /** Counts a message that got no row. */
  refuse(reason: Refusal): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  state(): TallyState {
    this.#addTime(this.#firstRow?.time);
    this.#addTime(this.#lastRow?.time);
    this.#addTime(this.#firstLazy?.time);
    this.#addTime(this.#lastLazy?.time);
    this.#forgetRows();
    return {
      sources: [...this.#sources],
      moreSources: this.#moreSources,
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      decodeErrors: { truncated: this.#truncated, malformed: this.#malformed },
      refused: Object.fromEntries(this.#refused),
    };
  }

  restore(state: TallyState): void {
    this.#sources = new Set(state.sources);
    this.#moreSources = state.moreSources;
    this.#lastSource = undefined;
    this.#forgetRows();
    this.#firstTime = state.firstTime;
    this.#lastTime = state.lastTime;
    this.#truncated = state.decodeErrors.truncated;
    this.#malformed = state.decodeErrors.malformed;
    this.#refused = new Map(Object.entries(state.refused) as [Refusal, number][]);
  }

  #addLazyTime(message: LazyMessage): void {
    if (this.#lastLazy === undefined || message.isLaterThan(this.#lastLazy)) this.#lastLazy = message;
    if (this.#firstLazy === undefined || this.#firstLazy.isLaterThan(message)) this.#firstLazy = message;
  }

  #addProblem(kind: unknown): void {
    if (kind === 'truncated') this.#truncated++;
    else if (kind === 'malformed') this.#malformed++;
  }

  #forgetRows(): void {
    this.#firstLazy = undefined;
    this.#lastLazy = undefined;
    this.#firstRow = undefined;
    this.#lastRow = undefined;
  }

  #addSource(source: unknown): void {
    if (typeof source !== 'string' || source.length > MAX_NAME_LENGTH) return;
    this.#lastSource = source;
    if (this.#sources.size < MAX_SOURCES || this.#sources.has(source)) this.#sources.add(source);
    else this.#moreSources = true;
  }

  /** Times of one schema have one form, so their texts sort as they do. */
  #addTime(time: unknown): void {
    if (!isTime(time)) return;
    this.#firstTime ??= time;
    this.#lastTime ??= time;
    if (time > this.#lastTime) this.#lastTime = time;
    else if (time < this.#firstTime) this.#firstTime = time;
  }
}

/** `YYYY-MM-DD HH:MM:SS`, or with a `T`, decimals and a `Z`: enough to keep other texts out. */
function isTime(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 19 &&
    value.length <= 30 &&
    value[0] <= '9' &&
    value[4] === '-' &&
    value[7] === '-' &&
    value[13] === ':' &&
    value[16] === ':'
  );
}
