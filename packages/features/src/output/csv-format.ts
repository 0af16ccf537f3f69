import { TextWriter } from '@antinex/decoder/packet';
import type { Cell, Column, TableFormat } from './table.ts';

/** RFC 4180 asks for quotes; outer spaces are lost by some readers without them. */
const NEEDS_QUOTES = /[",\r\n\ufeff]|^ | $/;

const quoted = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function putCell(out: TextWriter, cell: Cell): void {
  if (typeof cell === 'number') out.number(cell);
  else if (typeof cell === 'string') out.utf8(quoted(cell));
  else if (cell !== null) out.ascii(String(cell));
}

const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** CSV in UTF-8 with a header: numbers as short as they can be read back, nothing for the unknown. */
export class CsvFormat implements TableFormat {
  private readonly columns: readonly Column[];
  private readonly out = new TextWriter();

  constructor(columns: readonly Column[]) {
    this.columns = columns;
  }

  begin(): Uint8Array {
    return Buffer.from(`${this.columns.map(({ name }) => quoted(name)).join(',')}\n`);
  }

  encode(rows: readonly (readonly Cell[])[]): Uint8Array {
    const { out } = this;
    out.length = 0;
    for (const row of rows) {
      for (let i = 0; i < row.length; i++) {
        if (i > 0) out.byte(COMMA);
        putCell(out, row[i]);
      }
      out.byte(NEWLINE);
    }
    return out.view();
  }

  end() {
    return { tail: new Uint8Array() };
  }
}
