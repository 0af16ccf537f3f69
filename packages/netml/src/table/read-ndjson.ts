import { createReadStream } from 'node:fs';
import { PipelineError } from '@antinex/runtime';
import type { FeatureTable } from './feature-table.ts';
import { TableBuilder } from './table-builder.ts';

/** Longest line that is read. */
const MAX_LINE = 1 << 26;

/** Reads a table from JSON objects, one a line, that all have the names of the first one. */
export async function readNdjson(path: string): Promise<FeatureTable> {
  let names: string[] = [];
  let table: TableBuilder | undefined;
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === '') continue;
    const row = parseLine(path, line, number);
    if (table === undefined) {
      names = Object.keys(row);
      table = new TableBuilder(path, names);
    }
    if (Object.keys(row).length !== names.length || !names.every((name) => Object.hasOwn(row, name)))
      throw unusable(path, `line ${number} has other names than the first one`);
    table.add(names.map((name) => row[name]));
  }
  return (table ?? new TableBuilder(path, [])).finish();
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > MAX_LINE) throw unusable(path, `a line is longer than ${MAX_LINE} characters`);
  }
  yield rest;
}

function parseLine(path: string, line: string, number: number): Record<string, unknown> {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw unusable(path, `line ${number} is no JSON object`);
}

const unusable = (path: string, reason: string) =>
  new PipelineError('FEATURE_FILE_UNUSABLE', { path, reason });
