import { describe, expect, it } from 'vitest';
import { Breather } from '../../data/breather.ts';
import { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';
import { fitDetector } from '../fit-detector.ts';
import { kMeans } from './k-means.ts';

/** Rows around centres far from each other. */
function clusters(each: number, centres: number[][]): Matrix {
  const random = new RandomState(4);
  const values = centres.flatMap((centre) =>
    Array.from({ length: each }, () => centre.map((value) => value + random.normal())).flat(),
  );
  return { values: Float64Array.from(values), rows: each * centres.length, columns: centres[0].length };
}
const fit = (rows: Matrix, parameters = {}) => fitDetector('GMM', rows, { compat: true, parameters });
const row = (...values: number[]): Matrix => ({
  values: Float64Array.from(values),
  rows: 1,
  columns: values.length,
});

describe('k-means', () => {
  it('finds clusters that lie apart', async () => {
    const rows = clusters(50, [
      [0, 0],
      [30, 0],
      [0, 40],
    ]);
    const labels = await kMeans(rows, 3, new RandomState(1), new Breather());
    const ofFirst = [labels[0], labels[50], labels[100]];
    expect(new Set(ofFirst).size).toBe(3);
    labels.forEach((label, i) => {
      expect(label).toBe(ofFirst[Math.floor(i / 50)]);
    });
  });

  it('ends with fewer different rows than clusters', async () => {
    const labels = await kMeans(
      { values: new Float64Array(6), rows: 6, columns: 1 },
      4,
      new RandomState(1),
      new Breather(),
    );
    expect(labels.every((label) => label < 4)).toBe(true);
  });
});

it('refuses covariances that there is neither room nor time for', async () => {
  const wide = { values: Float64Array.from({ length: 15_000 }, (_, i) => i % 7), rows: 3, columns: 5000 };
  const many = { values: new Float64Array(60_000), rows: 40, columns: 1500 };
  const refused = { code: 'FITTING_FAILED', message: expect.stringMatching(/too many numbers; .* diag/) };
  for (const covariance_type of ['full', 'tied'])
    await expect(fit(wide, { covariance_type })).rejects.toMatchObject(refused);
  await expect(fit(many, { n_components: 40 })).rejects.toMatchObject(refused);
  for (const covariance_type of ['diag', 'spherical'])
    await expect(fit(wide, { covariance_type })).resolves.toBeDefined();
});

describe('one normal distribution', () => {
  it('is that of the mean and covariance', async () => {
    // Mean (1, 2); covariance [[2, 1], [1, 1]] by these five rows.
    const rows = { values: Float64Array.of(1, 2, 3, 3, -1, 1, 2, 3, 0, 1), rows: 5, columns: 2 };
    const detector = await fit(rows, { reg_covar: 0 });
    const [[a, b], d] = [[2, 1.2], 0.8];
    const determinant = a * d - b * b;
    const squareOf = (x: number, y: number) => (d * x * x - 2 * b * x * y + a * y * y) / determinant;
    const wanted = (x: number, y: number) =>
      Math.log(2 * Math.PI) + Math.log(determinant) / 2 + squareOf(x - 1, y - 2) / 2;
    expect(detector.score(row(1, 2))[0]).toBeCloseTo(wanted(1, 2), 12);
    expect(detector.score(row(5, -3))[0]).toBeCloseTo(wanted(5, -3), 10);
  });

  it('of rows that do not spread is none without reg_covar', async () => {
    const rows = { values: Float64Array.of(1, 2, 2, 4, 3, 6), rows: 3, columns: 2 };
    for (const covariance_type of ['full', 'tied'])
      await expect(fit(rows, { reg_covar: 0, covariance_type })).rejects.toMatchObject({
        code: 'FITTING_FAILED',
        message: expect.stringContaining('raise reg_covar'),
      });
    const constant = { values: Float64Array.of(1, 2, 1, 3), rows: 2, columns: 2 };
    await expect(fit(constant, { reg_covar: 0, covariance_type: 'diag' })).rejects.toMatchObject({
      code: 'FITTING_FAILED',
    });
  });
});

describe('a mixture', () => {
  const rows = clusters(80, [
    [0, 0],
    [50, 50],
  ]);

  it.each(['full', 'tied', 'diag', 'spherical'])(
    'of %s covariances has room between its parts',
    async (type) => {
      const [one, two] = await Promise.all(
        [1, 2].map((n_components) => fit(rows, { n_components, covariance_type: type })),
      );
      const between = row(25, 25);
      expect(two.score(between)[0]).toBeGreaterThan(100);
      expect(one.score(between)[0]).toBeLessThan(15);
      expect(two.parts.facts.converged).toBe(true);
      // Half of a normal distribution each: log 2 + log 2 pi + 1.
      expect(two.parts.facts.log_likelihood).toBeCloseTo(-(Math.log(4 * Math.PI) + 1), 0);
    },
  );

  it('does not get worse by more starts', async () => {
    const parameters = { n_components: 5, init_params: 'random', max_iter: 20 };
    const [few, many] = await Promise.all([1, 6].map((n_init) => fit(rows, { ...parameters, n_init })));
    expect(many.parts.facts.log_likelihood).toBeGreaterThanOrEqual(few.parts.facts.log_likelihood as number);
  });
});

it.each([
  [{ n_components: 2, weights_init: [1] }, 'weights_init must be of 2 numbers here'],
  [{ n_components: 2, weights_init: [0.5, 0.6] }, 'weights_init must be above 0 and add up to 1'],
  [{ n_components: 2, means_init: [[0, 0]] }, 'means_init must be of 2 x 2 numbers here'],
  [
    {
      precisions_init: [
        [
          [1, 2],
          [2, 1],
        ],
      ],
    },
    'precisions_init must be positive definite',
  ],
  [{ covariance_type: 'diag', precisions_init: [[1, -1]] }, 'precisions_init must be positive definite'],
  [{ covariance_type: 'spherical', precisions_init: [[1]] }, 'precisions_init must be of 1 numbers here'],
])('refuses %j', async (parameters, text) => {
  await expect(fit(clusters(9, [[0, 0]]), parameters)).rejects.toMatchObject({
    code: 'PARAMETERS_INVALID',
    message: expect.stringContaining(text),
  });
});

it.each([
  [
    'tied',
    [
      [4, 0],
      [0, 4],
    ],
  ],
  ['diag', [[4, 4]]],
  ['spherical', [4]],
])('begins with %s covariances as they are given', async (covariance_type, precisions_init) => {
  const parameters = {
    covariance_type,
    precisions_init,
    weights_init: [1],
    means_init: [[0, 0]],
    max_iter: 1,
  };
  const detector = await fit(clusters(9, [[0, 0]]), parameters);
  const rows = clusters(9, [[0, 0]]);
  // One round measures the start: normal distributions of deviation 1/2.
  const squares = rows.values.reduce((sum, value) => sum + value * value, 0);
  const wanted = -Math.log(2 * Math.PI) + 2 * Math.log(2) - (4 * squares) / 2 / 9;
  expect(detector.parts.facts.log_likelihood).toBeCloseTo(wanted, 9);
});

it('is infinite where no density is left, and no NaN', async () => {
  const rows = { values: Float64Array.of(0, 1e-300, 2e-300), rows: 3, columns: 1 };
  for (const n_components of [1, 2]) {
    const parameters = { n_components, reg_covar: 1e-300 };
    const detector = await fitDetector('GMM', rows, { compat: true, parameters });
    expect([...detector.score(row(1e100))]).toEqual([Infinity]);
  }
});

it('needs as many rows as components', async () => {
  await expect(fit(clusters(3, [[0]]), { n_components: 4 })).rejects.toMatchObject({
    code: 'FITTING_FAILED',
  });
});
