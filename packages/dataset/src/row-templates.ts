import { ByteWords } from './byte-words.ts';
import { endOfInteger, endOfText, NOT_SIMPLE } from './json-bytes.ts';
import { MAX_NAME_LENGTH } from './limits.ts';
import { CATALOGUE_COLUMNS, type RowScanner, Way } from './row-scanner.ts';

const QUOTE = 0x22;
const [ZERO, ONE] = Buffer.from('01');
/** Packets have some dozens of forms; a form nobody else has is no loss. */
const MOST_STEPS = 4096;
const MOST_VALUES = 256;
/** The first two values of every message. */
export const Known = { ID: 0, SOURCE: 1 } as const;

/** What stands behind the fixed bytes of a step. */
const Value = { TEXT: 0, INTEGER: 1, NONE: 2 } as const;

/** A cell of a row whose bytes are those of a value, or one that is the same in all messages of a form. */
interface Cell {
  readonly column: number;
  /** Which of the message's values, -1 for a constant. */
  readonly value: number;
  readonly constant: number;
  /** Commas in front of it. */
  commas: number;
}

/** How a row is made of the values of a message of one form. */
export interface RowTemplate {
  readonly cells: readonly Cell[];
  readonly lastCommas: number;
  /** Which value is the packet's time. */
  readonly time: number;
}

/** Bytes that are the same in all messages of a form, up to a value. */
class Step {
  readonly bytes: ByteWords;
  readonly value: number;
  readonly next: Step[] = [];
  /** Set where a message ends. */
  template: RowTemplate | undefined;

  constructor(text: string, value: number) {
    this.bytes = new ByteWords(text);
    this.value = value;
  }
}

/**
 * Knows the forms of messages seen before: which bytes stand between the values, and which column each
 * value goes to. Comparing these bytes is half the work of reading keys one by one.
 */
export class RowTemplates {
  readonly from = new Int32Array(MOST_VALUES);
  readonly to = new Int32Array(MOST_VALUES);
  readonly #first: Step[] = [];
  #steps = 0;

  /** The template of a message; its values are in `from` and `to`. Undefined when its form is not known. */
  match(text: Buffer, view: DataView, start: number, end: number): RowTemplate | undefined {
    let at = start;
    let values = 0;
    for (let steps = this.#first; ; ) {
      const step = stepAt(steps, view, at);
      if (step === undefined) return undefined;
      at += step.bytes.length;
      if (step.template !== undefined) return at === end && this.#areNames() ? step.template : undefined;
      if (step.value !== Value.NONE) {
        const to = step.value === Value.TEXT ? endOfText(text, at, end) : endOfInteger(text, at, end);
        if (to <= NOT_SIMPLE) return undefined;
        this.from[values] = at;
        this.to[values++] = to;
        at = to;
      }
      steps = step.next;
    }
  }

  /** Learns the form of a message that was scanned, where its cells are plain. `time` is the column of the time. */
  learn(text: Buffer, start: number, end: number, scanner: RowScanner, time: number): void {
    const values = valuesOf(text, scanner);
    if (values === undefined || this.#steps + values.length >= MOST_STEPS || values.length >= MOST_VALUES)
      return;
    let steps = this.#first;
    let at = start;
    for (const { from, to, kind } of values) {
      const behind = kind === Value.NONE ? to : from;
      steps = this.#stepFor(steps, text.toString('latin1', at, behind), kind).next;
      at = to;
    }
    this.#stepFor(steps, text.toString('latin1', at, end), Value.NONE).template = templateOf(values, time);
  }

  #areNames(): boolean {
    const { from, to } = this;
    const idLength = to[Known.ID] - from[Known.ID];
    const sourceLength = to[Known.SOURCE] - from[Known.SOURCE];
    return idLength > 0 && idLength <= MAX_NAME_LENGTH && sourceLength > 0 && sourceLength <= MAX_NAME_LENGTH;
  }

  #stepFor(steps: Step[], text: string, value: number): Step {
    const same = steps.find((step) => step.bytes.text === text && step.value === value);
    if (same !== undefined) return same;
    const step = new Step(text, value);
    steps.push(step);
    this.#steps++;
    return step;
  }
}

/** The step that goes on at `at`; it moves forward among the others, as the next message may be like this one. */
function stepAt(steps: Step[], view: DataView, at: number): Step | undefined {
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (!step.bytes.isAt(view, at)) continue;
    if (i > 0) {
      steps[i] = steps[i - 1];
      steps[i - 1] = step;
    }
    return step;
  }
  return undefined;
}

interface ScannedValue {
  /** -1 when it goes to no column. */
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  readonly constant: number;
}

/** The values of a message in the order of its text; undefined when one is no plain one. */
function valuesOf(text: Buffer, scanner: RowScanner): ScannedValue[] | undefined {
  const { idFrom, idTo, sourceFrom, sourceTo, createdFrom, createdTo } = scanner;
  const plain = { column: -1, kind: Value.TEXT, constant: 0 };
  const values: ScannedValue[] = [
    { ...plain, from: idFrom, to: idTo },
    { ...plain, from: sourceFrom, to: sourceTo },
  ];
  if (createdFrom > 0) values.push({ ...plain, from: createdFrom, to: createdTo });
  for (let column = 0; column < CATALOGUE_COLUMNS; column++) {
    if ((scanner.filled[column >>> 5] & (1 << (column & 31))) === 0) continue;
    const from = scanner.from[column];
    const to = scanner.to[column];
    const way = scanner.ways[column];
    if (way === Way.QUOTE || way === Way.LIST) return undefined;
    const isWord = way !== Way.COPY;
    const kind = isWord ? Value.NONE : text[from - 1] === QUOTE ? Value.TEXT : Value.INTEGER;
    values.push({ column, from, to, kind, constant: isWord ? (way === Way.ONE ? ONE : ZERO) : 0 });
  }
  return values.sort((a, b) => a.from - b.from);
}

function templateOf(values: readonly ScannedValue[], time: number): RowTemplate {
  let count = 0;
  let timeValue = -1;
  const cells: Cell[] = [];
  for (const { column, kind, constant } of values) {
    if (column === time) timeValue = count;
    if (column >= 0) cells.push({ column, value: kind === Value.NONE ? -1 : count, constant, commas: 0 });
    if (kind !== Value.NONE) count++;
  }
  cells.sort((a, b) => a.column - b.column);
  let before = -1;
  for (const cell of cells) {
    cell.commas = cell.column - before;
    before = cell.column;
  }
  return { cells, lastCommas: CATALOGUE_COLUMNS - 1 - before, time: timeValue };
}
