import { TextWriter } from '@antinex/decoder/packet';
import type { Cell, Column, TableFormat } from './table.ts';

/** A JSON object a line, with the columns' names; `null` for the unknown. */
export class NdjsonFormat implements TableFormat {
  private readonly names: readonly string[];
  private readonly out = new TextWriter();

  constructor(columns: readonly Column[]) {
    this.names = columns.map(({ name }, i) => `${i > 0 ? ',' : '{'}${JSON.stringify(name)}:`);
  }

  begin(): Uint8Array {
    return new Uint8Array();
  }

  encode(rows: readonly (readonly Cell[])[]): Uint8Array {
    const { names, out } = this;
    out.length = 0;
    for (const row of rows) {
      for (let i = 0; i < names.length; i++) {
        const cell = row[i];
        out.utf8(names[i]);
        if (typeof cell === 'number' && Number.isFinite(cell)) out.number(cell);
        else out.utf8(JSON.stringify(cell));
      }
      out.ascii('}\n');
    }
    return out.view();
  }

  end() {
    return { tail: new Uint8Array() };
  }
}
