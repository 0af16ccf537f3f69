import type { Cell, Column, TableFormat } from './table.ts';

/** A JSON object a line, with the columns' names; `null` for the unknown. */
export class NdjsonFormat implements TableFormat {
  private readonly names: readonly string[];

  constructor(columns: readonly Column[]) {
    this.names = columns.map(({ name }, i) => `${i > 0 ? ',' : '{'}${JSON.stringify(name)}:`);
  }

  begin(): Uint8Array {
    return new Uint8Array();
  }

  encode(rows: readonly (readonly Cell[])[]): Uint8Array {
    const { names } = this;
    let text = '';
    for (const row of rows) {
      for (let i = 0; i < names.length; i++) text += names[i] + JSON.stringify(row[i]);
      text += '}\n';
    }
    return Buffer.from(text);
  }

  end() {
    return { tail: new Uint8Array() };
  }
}
