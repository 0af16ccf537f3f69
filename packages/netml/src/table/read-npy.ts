import { readFile, stat } from 'node:fs/promises';
import { labelFileOf } from '@antinex/features';
import type { Matrix } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import { type FeatureTable, MAX_NUMBERS } from './feature-table.ts';

const MAGIC = '\x93NUMPY';
const MAX_HEADER = 10_000;
const tooMany = `it has more than ${MAX_NUMBERS} numbers`;

/** How to read a number of each kind, and its bytes. */
const KINDS: Readonly<Record<string, { bytes: number; read: (data: Buffer, at: number) => number }>> = {
  '<f8': { bytes: 8, read: (data, at) => data.readDoubleLE(at) },
  '<f4': { bytes: 4, read: (data, at) => data.readFloatLE(at) },
  '<i8': { bytes: 8, read: (data, at) => Number(data.readBigInt64LE(at)) },
  '<i4': { bytes: 4, read: (data, at) => data.readInt32LE(at) },
  '|u1': { bytes: 1, read: (data, at) => data[at] },
  '|i1': { bytes: 1, read: (data, at) => data.readInt8(at) },
  '|b1': { bytes: 1, read: (data, at) => data[at] },
};

/**
 * Reads a table from a numpy array (NEP 1) of numbers in rows and columns, whose names are their numbers;
 * labels from the array beside it, `x.labels.npy` for `x.npy`, if there is one.
 */
export async function readNpy(path: string): Promise<FeatureTable> {
  const matrix = await readArray(path);
  if (matrix.rows === 0 || matrix.columns === 0) throw unusable(path, 'it is empty');
  const bad = matrix.values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw unusable(path, `row ${Math.floor(bad / matrix.columns) + 1} has ${matrix.values[bad]}`);
  return {
    columns: Array.from({ length: matrix.columns }, (_, i) => String(i)),
    matrix,
    labels: await readLabels(labelFileOf(path), matrix.rows),
  };
}

async function readLabels(path: string, rows: number): Promise<Uint8Array | undefined> {
  const isThere = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!isThere) return undefined;
  const { values } = await readArray(path);
  if (values.length !== rows) throw unusable(path, `it has ${values.length} labels for ${rows} rows`);
  if (!values.every((value) => value === 0 || value === 1)) throw unusable(path, 'not all labels are 0 or 1');
  return Uint8Array.from(values);
}

async function readArray(path: string): Promise<Matrix> {
  const { size } = await stat(path);
  if (size > MAX_NUMBERS * 8) throw unusable(path, tooMany);
  const data = await readFile(path);
  const { header, start } = headerOf(path, data);
  const kind = KINDS[/'descr': *'([^']*)'/.exec(header)?.[1] ?? ''];
  if (kind === undefined) throw unusable(path, `its numbers are none of ${Object.keys(KINDS).join(', ')}`);
  const shape = (/'shape': *\(([\d, ]*)\)/.exec(header)?.[1] ?? '').split(',').filter((size) => size.trim());
  const [rows, columns = 1] = shape.map(Number);
  if (shape.length < 1 || shape.length > 2) throw unusable(path, 'it is no table of rows and columns');
  if (start + rows * columns * kind.bytes !== data.length)
    throw unusable(path, `it has not the ${rows} x ${columns} numbers it should have`);
  if (rows * columns > MAX_NUMBERS) throw unusable(path, tooMany);
  const isByColumns = /'fortran_order': *True/.test(header);
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const number = isByColumns ? column * rows + row : row * columns + column;
      values[row * columns + column] = kind.read(data, start + number * kind.bytes);
    }
  }
  return { values, rows, columns };
}

function headerOf(path: string, data: Buffer): { header: string; start: number } {
  const version = data[6];
  const prefix = version === 1 ? 10 : 12;
  if (data.toString('latin1', 0, 6) !== MAGIC || ![1, 2, 3].includes(version) || data.length < prefix)
    throw unusable(path, 'it is no numpy array');
  const length = version === 1 ? data.readUInt16LE(8) : data.readUInt32LE(8);
  if (length > MAX_HEADER || prefix + length > data.length) throw unusable(path, 'its header is cut off');
  return { header: data.toString('latin1', prefix, prefix + length), start: prefix + length };
}

const unusable = (path: string, reason: string) =>
  new PipelineError('FEATURE_FILE_UNUSABLE', { path, reason });
