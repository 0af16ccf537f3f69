import { type BasicType, ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Cell, Column, TableFormat } from './table.ts';

/** A row group is written when it has so many cells, so that wide tables do not gather in memory. */
const GROUP_CELLS = 1_000_000;

const TYPES: Readonly<Record<Column['type'], BasicType>> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
};

/** Apache Parquet, Snappy-compressed, in row groups. */
export class ParquetFormat implements TableFormat {
  private readonly columns: readonly Column[];
  private readonly bytes = new ByteWriter();
  private readonly writer: ParquetWriter;
  private readonly groupRows: number;
  private readonly group: (readonly Cell[])[] = [];

  constructor(columns: readonly Column[]) {
    const columnData = columns.map(({ name, type }) => ({ name, type: TYPES[type], data: [] }));
    this.columns = columns;
    this.groupRows = Math.max(1, Math.floor(GROUP_CELLS / columns.length));
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: schemaFromColumnData({ columnData }),
    });
  }

  begin(): Uint8Array {
    return this.take();
  }

  encode(rows: readonly (readonly Cell[])[]): Uint8Array {
    for (const row of rows) {
      this.group.push(row);
      if (this.group.length === this.groupRows) this.writeGroup();
    }
    return this.take();
  }

  end() {
    this.writeGroup();
    this.writer.finish();
    return { tail: this.take() };
  }

  private writeGroup(): void {
    const { group, columns } = this;
    if (group.length === 0) return;
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: group.map((row) => {
        const cell = row[i];
        return type === 'integer' && cell !== null ? BigInt(cell) : cell;
      }),
    }));
    this.writer.write({ columnData, rowGroupSize: group.length });
    group.length = 0;
  }

  /** What has been written so far; the writer goes on counting from there. */
  private take(): Uint8Array {
    const taken = this.bytes.getBytes().slice();
    this.bytes.index = 0;
    return taken;
  }
}
