import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breather } from '../../data/breather.ts';
import { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';
import { fitDetector } from '../fit-detector.ts';
import { principalComponents } from './components.ts';

const matrix = (rows: number[][]): Matrix => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0].length,
});
const raw = { standardization: false };
const fit = (rows: Matrix, parameters = {}) =>
  fitDetector('PCA', rows, { parameters: { ...raw, ...parameters } });

/** On the line y = 2 x, but for a little. */
const LINE = matrix(Array.from({ length: 41 }, (_, i) => [i - 20, 2 * (i - 20) + (i % 2 ? 0.1 : -0.1)]));

describe('components', () => {
  it('are at right angles and explain all variance, of wide and of tall tables', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 14 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 0, max: 1e6 }),
        async (rows, columns, seed) => {
          const random = new RandomState(seed);
          const values = Float64Array.from({ length: rows * columns }, () => Math.round(random.normal() * 3));
          const { directions, variances, totalVariance } = await principalComponents(
            { values, rows, columns },
            new Breather(),
          );
          expect(variances).toHaveLength(Math.min(rows, columns));
          for (let a = 0; a < directions.rows; a++) {
            if (a > 0) expect(variances[a]).toBeLessThanOrEqual(variances[a - 1]);
            for (let b = 0; b <= a; b++) {
              if (variances[a] === 0) continue;
              let product = 0;
              for (let column = 0; column < columns; column++)
                product += directions.values[a * columns + column] * directions.values[b * columns + column];
              expect(product).toBeCloseTo(a === b ? 1 : 0, 9);
            }
          }
          let total = 0;
          for (let column = 0; column < columns; column++) {
            const own = Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]);
            const mean = own.reduce((sum, value) => sum + value, 0) / rows;
            total += own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (rows - 1);
          }
          expect(totalVariance).toBeCloseTo(total, 8);
        },
      ),
      { seed: 12, numRuns: 80 },
    );
  });

  it('lead to where the farthest row is', async () => {
    const { directions } = await principalComponents(
      matrix([
        [0, 0],
        [1, 1],
        [-9, -9],
      ]),
      new Breather(),
    );
    expect(directions.values[0]).toBeCloseTo(-Math.SQRT1_2, 12);
  });
});

describe('the score', () => {
  it('is large off the line, and small along it', async () => {
    const detector = await fit(LINE, { n_components: 1 });
    const [along, off] = detector.score(
      matrix([
        [10, 20],
        [2, -1],
      ]),
    );
    expect(along).toBeLessThan(1.5);
    expect(off).toBeGreaterThan(20);
    expect(detector.parts.facts.explained_variance).toBeGreaterThan(0.999);
  });

  it('by all components is the distance by the covariance', async () => {
    const detector = await fit(LINE, { n_components: null });
    // Of a sample: x 143.5, y 574 and a little, and what they have in common.
    const [variance, common] = [143.5, 287];
    const other =
      LINE.values.reduce((sum, value, i) => (i % 2 ? sum + value * value : sum), 0) / 40 -
      ((0.1 / 41) ** 2 * 41) / 40;
    const [x, y] = [3, -4 + 0.1 / 41];
    const determinant = variance * other - common * common;
    const wanted = (other * x * x - 2 * common * x * y + variance * y * y) / determinant;
    expect(detector.score(matrix([[3, -4]]))[0] / Math.sqrt(wanted)).toBeCloseTo(1, 3);
  });

  it('may be of the least components alone, or unweighted', async () => {
    const least = await fit(LINE, { n_components: null, n_selected_components: 1 });
    const [along, off] = least.score(
      matrix([
        [100, 200],
        [2, -1],
      ]),
    );
    expect(along).toBeLessThan(1);
    expect(off).toBeGreaterThan(20);
    const plain = await fit(LINE, { weighted: false });
    expect(plain.score(matrix([[3, 4]]))[0]).toBeCloseTo(5, 2);
  });

  it('counts what never varied', async () => {
    const detector = await fit(matrix(Array.from({ length: 20 }, (_, i) => [i, 7])));
    const [same, other] = detector.score(
      matrix([
        [10, 7],
        [10, 8],
      ]),
    );
    expect(same).toBeLessThan(1);
    expect(other).toBeGreaterThan(100);
  });
});

it.each([
  [{ n_components: 3 }, 'n_components is 3, and there are 2 components'],
  [{ n_components: 1.5 }, 'n_components is 1.5'],
  [{ n_components: 1, n_selected_components: 2 }, 'n_selected_components is 2, and 1 components are kept'],
])('refuses %j', async (parameters, text) => {
  await expect(fit(LINE, parameters)).rejects.toMatchObject({
    code: 'FITTING_FAILED',
    message: expect.stringContaining(text),
  });
});

it('tells directions that hardly vary from none', async () => {
  const detector = await fit(matrix([[0], [1e-160], [3e-160]]));
  expect(detector.score(matrix([[0], [1e-160], [1e99]])).every((score) => score >= 0)).toBe(true);
});

it('as many components are kept as a share of the variance needs', async () => {
  const random = new RandomState(3);
  const rows = matrix(Array.from({ length: 500 }, () => [10, 5, 1].map((size) => size * random.normal())));
  const kept = async (n_components: number) => (await fit(rows, { n_components })).parts.facts.components;
  expect([await kept(0.5), await kept(0.9), await kept(0.999)]).toEqual([1, 2, 3]);
});
