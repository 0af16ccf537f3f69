import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { RecordScanner } from './csv-scan.ts';

describe('RecordScanner', () => {
  it('finds the ends of records, however the bytes come in pieces', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'é'), maxLength: 6 });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), (records, size) => {
        const lines = records.map((record) => Buffer.from(`${Papa.unparse([record], { newline: '\n' })}\n`));
        const expected = lines.map((_, i) => Buffer.concat(lines.slice(0, i + 1)).length);
        const bytes = Buffer.concat(lines);
        const scanner = new RecordScanner();
        const ends: number[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          ends.push(...scanner.ends(bytes.subarray(at, at + size)).map((end) => at + end));
        }
        expect(ends).toEqual(expected);
      }),
      { seed: 99, numRuns: 1000 },
    );
  });
});
