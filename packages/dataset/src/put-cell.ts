import { anyJson, TextWriter } from '@antinex/decoder';
import { cellOf } from './cell.ts';
import { csvCell } from './csv-cell.ts';
import { Budget } from './limits.ts';

const [QUOTE, COMMA, SPACE] = Buffer.from('", ');

/** Counts the values of the message whose row is being written. */
export const budget = new Budget();
const scratch = new TextWriter(1 << 12);

/** Writes a cell of any value, as `cellOf` and `csvCell` have it; false when the message has too many values. */
export function putCell(out: TextWriter, value: unknown, json: boolean): boolean {
  if (typeof value === 'object') {
    if (!budget.spend(value)) return false;
    if (json) putJsonCell(out, value);
    else if (Array.isArray(value) && value.every(Number.isFinite)) putNumbers(out, value);
    else putText(out, cellOf(value, json));
  } else putText(out, cellOf(value, json));
  return true;
}

function putText(out: TextWriter, cell: string | number | null): void {
  if (cell !== null) out.utf8(csvCell(String(cell)));
}

/** Numbers with spaces between them. */
function putNumbers(out: TextWriter, list: readonly number[]): void {
  for (let i = 0; i < list.length; i++) {
    if (i > 0) out.byte(SPACE);
    out.number(list[i]);
  }
}

/** JSON has no spaces at its ends and no line breaks: commas and its own quotes are what makes it need quotes. */
function putJsonCell(out: TextWriter, value: unknown): void {
  scratch.length = 0;
  anyJson(scratch, value);
  const { buffer: json, length } = scratch;
  if (!needsQuotes(json, length)) return out.bytes(scratch.view());
  const cell = out.reserve(2 * length + 2);
  let at = out.length;
  cell[at++] = QUOTE;
  for (let i = 0; i < length; i++) {
    const byte = json[i];
    cell[at++] = byte;
    if (byte === QUOTE) cell[at++] = QUOTE;
  }
  cell[at++] = QUOTE;
  out.length = at;
}

function needsQuotes(json: Buffer, length: number): boolean {
  for (let i = 0; i < length; i++) if (json[i] === QUOTE || json[i] === COMMA) return true;
  return false;
}
