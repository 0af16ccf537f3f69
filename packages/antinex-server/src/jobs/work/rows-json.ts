import { TextWriter } from '@antinex/decoder';

/** Writes a value as JSON. */
export type CellWriter = (text: TextWriter, value: number) => void;

/** A column of the rows that are answered. */
export interface AnswerColumn {
  readonly name: string;
  /** The value of row r is at r * stride + offset. */
  readonly values: ArrayLike<number>;
  readonly stride?: number;
  readonly offset?: number;
  readonly write: CellWriter;
}

export interface AnswerRows {
  /** A JSON array of objects, in ASCII. */
  readonly json: string;
  readonly rows: number;
}

/**
 * Rows as JSON, written byte by byte without making objects: there are thousands of cells in a request.
 *
 * @param limit characters; rows that would go beyond are left off
 */
export function rowsJson(rows: number, columns: readonly AnswerColumn[], limit: number): AnswerRows {
  const { cells, end } = cellsOf(rows, columns);
  const perRow = cells.reduce((sum, { key }) => sum + key.length + USUAL_NUMBER, end.length);
  const text = new TextWriter(Math.min(rows * perRow + 2, FIRST_BYTES));
  let row = 0;
  for (; row < rows; row++) {
    const before = text.length;
    text.byte(row === 0 ? BRACKET : COMMA);
    for (const { key, values, stride, offset, write } of cells) {
      text.bytes(key);
      write(text, values[row * stride + offset]);
    }
    text.bytes(end);
    if (text.length < limit) continue;
    text.length = before;
    break;
  }
  text.ascii(row === 0 ? '[]' : ']');
  return { json: text.view().toString('latin1'), rows: row };
}

const USUAL_NUMBER = 10;
const FIRST_BYTES = 1 << 23;
const BRACKET = '['.charCodeAt(0);
const COMMA = ','.charCodeAt(0);

interface Cell {
  /** What stands before the value, in ASCII. */
  readonly key: Uint8Array;
  readonly values: ArrayLike<number>;
  readonly stride: number;
  readonly offset: number;
  readonly write: CellWriter;
}

/** Most columns of packets have one value in all rows: it is written once, and then stands with the next key. */
function cellsOf(
  rows: number,
  columns: readonly AnswerColumn[],
): { cells: readonly Cell[]; end: Uint8Array } {
  const cells: Cell[] = [];
  let before = '';
  columns.forEach(({ name, values, stride = 1, offset = 0, write }, i) => {
    const key = `${before}${i === 0 ? '{' : ','}${asciiJson(name)}:`;
    if (isConstant(rows, values, stride, offset)) before = key + textOf(write, values[offset]);
    else {
      cells.push({ key: Buffer.from(key), values, stride, offset, write });
      before = '';
    }
  });
  return { cells, end: Buffer.from(`${before}}`) };
}

function isConstant(rows: number, values: ArrayLike<number>, stride: number, offset: number): boolean {
  const first = values[offset];
  for (let row = 1; row < rows; row++) if (!Object.is(values[row * stride + offset], first)) return false;
  return true;
}

function textOf(write: CellWriter, value: number): string {
  const text = new TextWriter(64);
  write(text, value);
  return text.view().toString('latin1');
}

/** A text as JSON, in ASCII. */
export const asciiJson = (text: string | null): string =>
  JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
