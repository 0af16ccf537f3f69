import { LazyMessage, TextWriter } from '@antinex/decoder';
import { createPlacer } from './flatten.ts';
import { Header } from './header.ts';
import { LazyRows } from './lazy-rows.ts';
import { RowWriter } from './row-writer.ts';
import type { Schema } from './schema.ts';

/** CSV text of messages, for output that is no dataset: no ids are kept, nothing is recovered. */
export interface CsvEncoder {
  /** The first line. */
  readonly header: Buffer;
  /**
   * A line for each message that has a row. The columns are those of the schema: fields that only
   * foreign messages have are left out.
   */
  encode(messages: readonly unknown[]): Buffer;
}

export function createCsvEncoder(schema: Schema): CsvEncoder {
  const header = new Header(schema);
  const placer = createPlacer(schema);
  const out = new TextWriter();
  const writer = new RowWriter(out, header.columns.length);
  const lazyRows = schema === 2 ? new LazyRows() : undefined;
  let rows = 0;
  return {
    header: header.line,
    encode(messages) {
      out.length = 0;
      for (const given of messages) {
        if (given instanceof LazyMessage && lazyRows?.write(out, rows, given, 0)) {
          rows++;
          continue;
        }
        const message = given instanceof LazyMessage ? given.toJSON() : given;
        if (placer.place(message) === undefined) writer.write(out, rows++, placer, []);
      }
      return Buffer.from(out.view());
    },
  };
}
