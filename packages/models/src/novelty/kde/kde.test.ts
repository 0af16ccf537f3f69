import { describe, expect, it } from 'vitest';
import { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';
import { fitDetector } from '../fit-detector.ts';
import { DENSITY_KERNELS, logVolume } from './density-kernels.ts';

const column = (...values: number[]): Matrix => ({
  values: Float64Array.from(values),
  rows: values.length,
  columns: 1,
});
const fit = (rows: Matrix, parameters = {}) => fitDetector('KDE', rows, { compat: true, parameters });

describe.each(DENSITY_KERNELS)('the density of %s', (kernel) => {
  it('is 1 in all, on a line', async () => {
    const detector = await fit(column(0, 0.5, 4), { kernel, bandwidth: 0.7 });
    const step = 0.001;
    const grid = column(...Array.from({ length: 36_000 }, (_, i) => -16 + i * step));
    const total = detector.score(grid).reduce((sum, score) => sum + Math.exp(-score) * step, 0);
    expect(total).toBeCloseTo(1, 2);
  });

  it('is 1 in all, in three dimensions', async () => {
    const detector = await fit(
      { values: new Float64Array(3), rows: 1, columns: 3 },
      { kernel, bandwidth: 0.7 },
    );
    const step = 0.002;
    const radii = Array.from({ length: 10_000 }, (_, i) => (i + 0.5) * step);
    const rows = {
      values: Float64Array.from(radii.flatMap((r) => [0, r, 0])),
      rows: radii.length,
      columns: 3,
    };
    const scores = detector.score(rows);
    const total = radii.reduce((sum, r, i) => sum + 4 * Math.PI * r * r * Math.exp(-scores[i]) * step, 0);
    expect(total).toBeCloseTo(1, 4);
  });

  it('has a volume in any number of dimensions', () => {
    for (let dimensions = 1; dimensions < 400; dimensions++)
      expect(Number.isFinite(logVolume(kernel, 2, dimensions))).toBe(true);
  });
});

it('is a number however far away a row is', async () => {
  const detector = await fit(column(0, 1, 2));
  const [score] = detector.score(column(1e6));
  expect(score).toBeCloseTo((1e6 - 2) ** 2 / 2, -3);
  const exponential = await fit(column(0, 1, 2), { kernel: 'exponential' });
  const ofNearest = 1 + Math.exp(-1) + Math.exp(-2);
  expect(exponential.score(column(1e6))[0]).toBeCloseTo(1e6 - 2 - Math.log(ofNearest / 6), 6);
});

it('is that of all rows whatever their order, over more than one part of them', async () => {
  const random = new RandomState(6);
  const values = Array.from({ length: 1500 }, () => random.normal() * 50);
  const [far, near] = [values.toSorted((a, b) => b - a), values.toSorted((a, b) => a - b)];
  const rows = column(-120, 0, 3, 300);
  const scores = (await fit(column(...far))).score(rows);
  const others = (await fit(column(...near))).score(rows);
  scores.forEach((score, i) => {
    expect(score).toBeCloseTo(others[i], 9);
  });
  const density = values.reduce((sum, value) => sum + Math.exp(-(value ** 2) / 2), 0);
  expect(scores[1]).toBeCloseTo(-Math.log(density / 1500 / Math.sqrt(2 * Math.PI)), 9);
});

it('takes its threshold from rows as if they were new', async () => {
  const rows = column(0, 10, 20, 30);
  const parameters = { contamination: 0 };
  const threshold = async (compat: boolean) =>
    (await fitDetector('KDE', rows, { parameters: { ...parameters, bandwidth: 2 }, compat })).threshold;
  const others = (distances: number[]) =>
    -Math.log(distances.reduce((sum, d) => sum + Math.exp(-(d ** 2) / 8), 0) / (2 * Math.sqrt(2 * Math.PI)));
  expect(await threshold(true)).toBeCloseTo(others([0, 10, 20, 30]) + Math.log(4), 9);
  // Standardised, rows are 10 / 11.18... apart.
  const apart = 10 / Math.sqrt(125);
  expect(await threshold(false)).toBeCloseTo(others([1, 2, 3].map((n) => n * apart)) + Math.log(3), 9);
});

it('a quantile of the distances may be the bandwidth', async () => {
  const detector = await fit(column(0, 1, 3, 3), { bandwidth: 'quantile', quantile: 0.5 });
  expect(detector.parts.facts.bandwidth).toBeCloseTo(2, 12);
});
