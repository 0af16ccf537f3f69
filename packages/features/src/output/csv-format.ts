import type { Cell, Column, TableFormat } from './table.ts';

/** RFC 4180 asks for quotes; outer spaces are lost by some readers without them. */
const NEEDS_QUOTES = /[",\r\n\ufeff]|^ | $/;

const quoted = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const cellText = (cell: Cell): string => {
  if (typeof cell === 'string') return quoted(cell);
  return cell === null ? '' : String(cell);
};

/** CSV in UTF-8 with a header: numbers as short as they can be read back, nothing for the unknown. */
export class CsvFormat implements TableFormat {
  private readonly columns: readonly Column[];

  constructor(columns: readonly Column[]) {
    this.columns = columns;
  }

  begin(): Uint8Array {
    return Buffer.from(`${this.columns.map(({ name }) => quoted(name)).join(',')}\n`);
  }

  encode(rows: readonly (readonly Cell[])[]): Uint8Array {
    let text = '';
    for (const row of rows) text += `${row.map(cellText).join(',')}\n`;
    return Buffer.from(text);
  }

  end() {
    return { tail: new Uint8Array() };
  }
}
