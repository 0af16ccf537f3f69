import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  kFolds,
  RandomState,
  type Split,
  scaleLikeAntinex,
  stratifiedFolds,
  trainTestSplit,
} from '../src/index.ts';

const FILE = new URL('../../../../shared/golden/antinex/antinex-golden.json', import.meta.url);
const isThere = existsSync(FILE);
const golden = isThere ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
const name = `numpy and scikit-learn as recorded${isThere ? '' : ' (needs ../shared/golden/antinex)'}`;

const lists = ({ train, test }: Split) => [[...train], [...test]];

describe.skipIf(!isThere)(name, () => {
  it('scale a batch', () => {
    const names = Object.keys(golden.scaler_in ?? {});
    const rows = golden.scaler_in.port.length as number;
    const values = Float32Array.from({ length: rows * names.length }, (_, i) =>
      Number(golden.scaler_in[names[i % names.length]][Math.floor(i / names.length)]),
    );
    const scaled = scaleLikeAntinex({ values, rows, columns: names.length });
    names.forEach((column, at) => {
      const of = Array.from({ length: rows }, (_, row) => scaled.values[row * names.length + at]);
      expect(of, column).toEqual(golden.scaler_out[column].map(Math.fround));
    });
  });

  it('scale one row alone', () => {
    const names = Object.keys(golden.scaler_one_row);
    const rowOf = (row: number) =>
      Float32Array.from(names, (column) => Number(golden.scaler_in[column][row]));
    const scaled = scaleLikeAntinex({ values: rowOf(0), rows: 1, columns: names.length });
    expect([...scaled.values]).toEqual(names.map((column) => golden.scaler_one_row[column]));
  });

  it('split', () => {
    expect(golden.splits.length).toBeGreaterThan(5);
    for (const { n, seed, test_size, train, test } of golden.splits)
      expect(lists(trainTestSplit(n, test_size, seed))).toEqual([train, test]);
  });

  it('fold', () => {
    const { kfold, stratified } = golden;
    expect(kFolds(kfold.n, kfold.n_splits).map(lists)).toEqual(kfold.folds);
    expect(stratifiedFolds(stratified.y, stratified.n_splits).map(lists)).toEqual(stratified.folds);
  });

  it('draw', () => {
    const bits = new RandomState(42);
    expect(golden.mt19937_seed42_first8_uint32.map(() => bits.uint32())).toEqual(
      golden.mt19937_seed42_first8_uint32,
    );
    expect([...new RandomState(42).permutation(10)]).toEqual(golden.permutation_seed42_n10);
    const random = new RandomState(42);
    const uniform = golden['uniform_seed42_-.05_.05_first5'] as number[];
    expect(uniform.map(() => random.uniform(-0.05, 0.05))).toEqual(uniform);
  });
});
