import { ByteWords } from './byte-words.ts';
import type { Bytes } from './bytes.ts';
import { endOfPlainInteger, endOfPlainText, NOT_SIMPLE } from './json-bytes.ts';
import { MAX_NAME_LENGTH } from './limits.ts';
import { MessageHead } from './message-head.ts';
import { isTimeAt } from './packet-time.ts';
import { CATALOGUE_COLUMNS, type RowScanner, TIME, Way } from './row-scanner.ts';
import { READ_BEYOND, RowTemplate, type TemplateCell } from './row-template.ts';

const QUOTE = 0x22;
/** Packets have some dozens of forms; a form nobody else has is no loss. */
const MOST_STEPS = 4096;
const MOST_VALUES = 256;
/** The first two values of every message. */
const ID = 0;
const SOURCE = 1;

/** What stands behind the fixed bytes of a step; a word is the same in all messages of a form. */
const Value = { TEXT: 0, INTEGER: 1, WORD: 2 } as const;

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
  /** Of the message whose row was written last. */
  readonly head = new MessageHead();
  readonly #from = new Int32Array(MOST_VALUES);
  readonly #to = new Int32Array(MOST_VALUES);
  readonly #first: Step[] = [];
  #steps = 0;

  /**
   * Writes the row of a message, its id in front, to `at`, and answers the position behind it; -1 when the
   * message's form is not known, or it has no time.
   */
  write(text: Bytes, start: number, end: number, row: DataView, at: number): number {
    const template = this.#match(text, start, end);
    if (template === undefined || !this.#hasHead(text.bytes, template)) return -1;
    return template.write(text.words, this.#from, this.#to, row, at);
  }

  /** The template of a message, whose values are in `#from` and `#to` then. */
  #match(text: Bytes, start: number, end: number): RowTemplate | undefined {
    const from = this.#from;
    const to = this.#to;
    let at = start;
    let values = 0;
    for (let steps = this.#first; ; ) {
      let which = 0;
      while (which < steps.length && !steps[which].bytes.isAt(text.words, at)) which++;
      if (which === steps.length) return undefined;
      const step = steps[which];
      if (which > 0) moveForward(steps, which);
      at += step.bytes.length;
      if (step.template !== undefined) return at === end ? step.template : undefined;
      from[values] = at;
      at = step.value === Value.TEXT ? endOfPlainText(text, at) : endOfPlainInteger(text, at);
      if (at === NOT_SIMPLE) return undefined;
      to[values++] = at;
      steps = step.next;
    }
  }

  /** Learns the form of a message that was scanned, where its cells are plain. */
  learn(text: Buffer, start: number, end: number, scanner: RowScanner): void {
    if (!scanner.isPlain || this.#steps >= MOST_STEPS) return;
    const values = valuesOf(text, scanner);
    if (values.length >= MOST_VALUES) return;
    const cells: TemplateCell[] = [];
    let count = 0;
    let steps = this.#first;
    let at = start;
    for (const { column, from, to, kind, word } of values) {
      if (column >= 0) cells.push({ column, value: kind === Value.WORD ? undefined : count, word });
      if (kind === Value.WORD) continue;
      count++;
      steps = this.#stepFor(steps, text.toString('latin1', at, from), kind).next;
      at = to;
    }
    if (end - at < READ_BEYOND) return;
    const last = this.#stepFor(steps, text.toString('latin1', at, end), Value.WORD);
    last.template = new RowTemplate(cells, CATALOGUE_COLUMNS, TIME);
  }

  #hasHead(text: Buffer, { time }: RowTemplate): boolean {
    const { head } = this;
    const from = this.#from;
    const to = this.#to;
    head.idFrom = from[ID];
    head.idTo = to[ID];
    head.sourceFrom = from[SOURCE];
    head.sourceTo = to[SOURCE];
    head.timeFrom = from[time];
    return (
      isName(from[ID], to[ID]) && isName(from[SOURCE], to[SOURCE]) && isTimeAt(text, from[time], to[time])
    );
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

const isName = (from: number, to: number): boolean => to > from && to - from <= MAX_NAME_LENGTH;

/** Steps that are taken often come first: the next message may be like this one. */
function moveForward(steps: Step[], which: number): void {
  const step = steps[which];
  steps[which] = steps[which - 1];
  steps[which - 1] = step;
}

interface ScannedValue {
  /** -1 when it goes to no column. */
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  /** The cell of a WORD. */
  readonly word: string;
}

/** The values of a message of plain ones, in the order of its text. */
function valuesOf(text: Buffer, scanner: RowScanner): ScannedValue[] {
  const { idFrom, idTo, sourceFrom, sourceTo } = scanner.head;
  const { createdFrom, createdTo } = scanner;
  const head = { column: -1, kind: Value.TEXT, word: '' };
  const values: ScannedValue[] = [
    { ...head, from: idFrom, to: idTo },
    { ...head, from: sourceFrom, to: sourceTo },
  ];
  if (createdFrom > 0) values.push({ ...head, from: createdFrom, to: createdTo });
  for (let column = 0; column < CATALOGUE_COLUMNS; column++) {
    if ((scanner.filled[column >>> 5] & (1 << (column & 31))) === 0) continue;
    const from = scanner.from[column];
    const to = scanner.to[column];
    const way = scanner.ways[column];
    const isWord = way !== Way.COPY;
    const kind = isWord ? Value.WORD : text[from - 1] === QUOTE ? Value.TEXT : Value.INTEGER;
    values.push({ column, from, to, kind, word: !isWord ? '' : way === Way.ONE ? '1' : '0' });
  }
  return values.sort((a, b) => a.from - b.from);
}
