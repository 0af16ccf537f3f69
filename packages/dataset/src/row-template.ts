/** Bytes of a message that have to be there behind a value, and bytes that may be written behind a row. */
export const READ_BEYOND = 3;
export const WRITTEN_BEYOND = 7;

/** A cell of a row. */
export interface TemplateCell {
  readonly column: number;
  /** Which of the message's values it is; undefined where all messages of a form have the same `word`. */
  readonly value: number | undefined;
  readonly word: string;
}

/** Bytes in front of a value, written eight at a time: those that are too many are written over. */
class Gap {
  readonly eights: Float64Array;
  readonly length: number;
  /** Which value; -1 behind the last one. */
  readonly value: number;

  constructor(text: string, value: number) {
    const eights = Math.ceil(text.length / 8);
    const bytes = Buffer.from(text.padEnd(8 * eights, ','));
    this.eights = Float64Array.from({ length: eights }, (_, i) => bytes.readDoubleLE(8 * i));
    this.length = text.length;
    this.value = value;
  }
}

/** How the row of a message of one form is made of its values: the first one is the packet's id. */
export class RowTemplate {
  /** Which value is the packet's time. */
  readonly time: number;
  readonly #gaps: readonly Gap[];

  /** The `cells` of a row of so many columns, but the id; the time stands in column `time`. */
  constructor(cells: readonly TemplateCell[], columns: number, time: number) {
    const gaps = [new Gap('', 0)];
    let before = -1;
    let text = '';
    for (const { column, value, word } of cells.toSorted((a, b) => a.column - b.column)) {
      text += ','.repeat(column - before) + word;
      before = column;
      if (value === undefined) continue;
      gaps.push(new Gap(text, value));
      text = '';
    }
    gaps.push(new Gap(text + ','.repeat(columns - 1 - before), -1));
    this.#gaps = gaps;
    this.time = cells.find(({ column }) => column === time)?.value ?? 0;
  }

  /** Writes the row to `start`; its values stand in `text` at `from` and `to`. Answers the position behind it. */
  write(text: DataView, from: Int32Array, to: Int32Array, row: DataView, start: number): number {
    const gaps = this.#gaps;
    let at = start;
    for (let i = 0; i < gaps.length; i++) {
      const { eights, length, value } = gaps[i];
      for (let word = 0; word < eights.length; word++) row.setFloat64(at + 8 * word, eights[word], true);
      at += length;
      if (value < 0) break;
      const end = to[value];
      let target = at;
      for (let source = from[value]; source < end; source += 4, target += 4) {
        row.setInt32(target, text.getInt32(source));
      }
      at += end - from[value];
    }
    return at;
  }
}
