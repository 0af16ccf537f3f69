import { PipelineError } from '@antinex/runtime';
import type { Cell, Column, TableFormat } from './table.ts';

const VALUE_BYTES = 8;
/** Room for any number of rows; the whole is a multiple of 64, as the format asks. */
const HEADER_BYTES = 128;
const PREFIX_BYTES = 10;

/**
 * A numpy array of float64, little-endian, two-dimensional (NEP 1, version 1.0). The unknown is NaN, truth
 * 0 or 1; texts have no place in it.
 *
 * @throws PipelineError FEATURES_INVALID for columns of text
 */
export class NpyFormat implements TableFormat {
  private readonly columns: number;
  private rows = 0;

  constructor(columns: readonly Column[]) {
    if (columns.some(({ type }) => type === 'text')) {
      const problems = ['a numpy array (.npy) holds no texts: name a .csv, .ndjson or .parquet file'];
      throw new PipelineError('FEATURES_INVALID', { problems });
    }
    this.columns = columns.length;
  }

  begin(): Uint8Array {
    return npyHeader(this.rows, this.columns);
  }

  encode(rows: readonly (readonly Cell[])[]): Uint8Array {
    const bytes = Buffer.allocUnsafe(rows.length * this.columns * VALUE_BYTES);
    let at = 0;
    for (const row of rows) {
      for (let i = 0; i < this.columns; i++) {
        const cell = row[i];
        at = bytes.writeDoubleLE(cell === null ? Number.NaN : Number(cell), at);
      }
    }
    this.rows += rows.length;
    return bytes;
  }

  end() {
    return { tail: new Uint8Array(), head: npyHeader(this.rows, this.columns) };
  }
}

function npyHeader(rows: number, columns: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(HEADER_BYTES - PREFIX_BYTES, PREFIX_BYTES - 2);
  header.write(`{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`, PREFIX_BYTES);
  header.write('\n', HEADER_BYTES - 1);
  return header;
}
