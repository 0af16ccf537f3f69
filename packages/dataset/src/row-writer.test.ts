import { TextWriter } from '@antinex/decoder';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { data, text, value } from '../test/arbitrary.ts';
import { parsed, SAMPLES, tcpMessage } from '../test/messages.ts';
import { createFlattener, createPlacer, type FlatRow } from './flatten.ts';
import { Header } from './header.ts';
import { RowWriter } from './row-writer.ts';
import type { Schema } from './schema.ts';

/** Messages as lines of text, in files as wide as they need to be. */
function write(messages: readonly unknown[], schema: Schema = 2, out = new TextWriter(64)): string[] {
  const placer = createPlacer(schema);
  let header = new Header(schema);
  return messages.map((message, index) => {
    expect(placer.place(message)).toBeUndefined();
    const missing = header.missing(placer.extras);
    if (missing.length > 0) header = header.widened(missing);
    out.length = 0;
    new RowWriter(out, header.columns.length).write(out, index, placer, header.extraCells(placer.extras));
    return out.view().toString();
  });
}

/** The same by way of rows of values and papaparse. */
function writeByPapaparse(messages: readonly unknown[], schema: Schema = 2): string[] {
  const flattener = createFlattener(schema);
  return messages.map((message, index) => {
    const { cells } = flattener.flatten(message, index) as FlatRow;
    return `${Papa.unparse([cells], { newline: '\n' })}\n`;
  });
}

const schema2 = (data: object): object => ({ schema: 2, id: 'a-1', data });

describe('RowWriter', () => {
  it('writes what papaparse writes of the same values', () => {
    fc.assert(
      fc.property(fc.array(data, { minLength: 1, maxLength: 4 }), (items) => {
        const messages = items.map(schema2);
        expect(write(messages)).toEqual(writeByPapaparse(messages));
      }),
      { seed: 20_180_129, numRuns: 400 },
    );
  });

  it('writes the same for our own objects as for their JSON', () => {
    const lines = write(SAMPLES);
    expect(lines).toEqual(writeByPapaparse(SAMPLES));
    expect(write(parsed(SAMPLES))).toEqual(lines);
  });

  it('writes what papaparse writes of legacy messages', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('sport', 'fields_options', 'seq', 'x'), value), (tcp) => {
        const messages = [{ data: { tcp, ether: { type: 5 } } }];
        expect(write(messages, 'legacy')).toEqual(writeByPapaparse(messages, 'legacy'));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('writes lines that papaparse reads back as the row’s texts', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 3, maxLength: 3 }), ([src, load, other]) => {
        const [line] = write([schema2({ ip: { src }, raw: { load }, foo: { other } })]);
        const [cells] = Papa.parse<string[]>(line, { delimiter: ',', newline: '\n' }).data;
        const columns = [...new Header(2).columns, 'rest', 'foo_other'];
        const readBack = (name: string): string => cells[columns.indexOf(name)];
        expect([readBack('ip_src'), readBack('raw_load'), readBack('foo_other')]).toEqual([src, load, other]);
      }),
      { seed: 4711, numRuns: 400 },
    );
  });

  it('takes payloads of any length', () => {
    for (const bytes of [0, 1, 31, 32, 33, 100, 65_000]) {
      const load = 'ab'.repeat(bytes);
      const [line] = write([tcpMessage(1, load)]);
      expect(line.split(',')[new Header(2).columns.indexOf('raw_load')]).toBe(load);
    }
  });
});
