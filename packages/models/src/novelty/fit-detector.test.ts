import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import { type Matrix, takeRows } from '../data/table.ts';
import { evaluateScores } from '../evaluation/score-evaluation.ts';
import { NOVELTY_ALGORITHMS } from './catalogue.ts';
import { type FitOptions, fitDetector } from './fit-detector.ts';

const names = NOVELTY_ALGORITHMS.map(({ name }) => name);

/** Quick settings, as tests of what all have in common need. */
const QUICK: Record<string, Record<string, unknown>> = { AE: { epochs: 5 }, IF: { n_estimators: 20 } };
const fit = (name: string, rows: Matrix, options: FitOptions = {}) =>
  fitDetector(name, rows, { ...options, parameters: { ...QUICK[name], ...options.parameters } });

const matrix = (rows: number[][]): Matrix => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0].length,
});

const normalRows = (rows: number, columns: number, seed = 1, shift = 0): Matrix => {
  const random = new RandomState(seed);
  return {
    values: Float64Array.from({ length: rows * columns }, () => random.normal() + shift),
    rows,
    columns,
  };
};

const unusable = expect.objectContaining({ code: 'TABLE_UNUSABLE' });
const areNumbers = (scores: Float64Array) => scores.every((score) => !Number.isNaN(score));

describe.each(names)('%s', (name) => {
  const rows = normalRows(300, 4);

  it('scores what is far away higher, and says so in any case', async () => {
    const detector = await fit(name.toLowerCase(), rows);
    expect(detector.algorithm).toBe(name);
    const near = normalRows(40, 4, 2);
    const far = normalRows(40, 4, 3, 8);
    const scores = [...detector.score(near), ...detector.score(far)];
    const labels = scores.map((_, i) => (i < 40 ? 0 : 1));
    const result = evaluateScores(Float64Array.from(scores), labels, detector.threshold);
    expect(result.auc).toBeGreaterThan(0.95);
    expect(result.recall).toBeGreaterThan(0.9);
    expect(result.falsePositiveRate).toBeLessThan(0.35);
    expect([...detector.predict(far)].filter((one) => one === 1).length).toBe(result.truePositives);
  });

  it('gives the same scores for the same seed, and for a row in whatever company', async () => {
    const [one, same] = await Promise.all([fit(name, rows), fit(name, rows)]);
    const scores = one.score(rows);
    expect(same.score(rows)).toEqual(scores);
    expect(same.threshold).toBe(one.threshold);
    const picked = takeRows(rows, [7, 3, 299, 7]);
    expect([...one.score(picked)]).toEqual([scores[7], scores[3], scores[299], scores[7]]);
  });

  it('puts the wanted share of new rows above the threshold, about', async () => {
    const detector = await fit(name, normalRows(2000, 2), { parameters: { contamination: 0.2 } });
    const novel = detector.predict(normalRows(2000, 2, 9)).filter((one) => one === 1).length / 2000;
    expect(novel).toBeGreaterThan(0.15);
    expect(novel).toBeLessThan(0.25);
  });

  it('learns from normal rows alone', async () => {
    const mixed = { ...rows, values: rows.values.slice() };
    mixed.values.fill(50, 0, 4 * 150);
    const labels = Array.from({ length: 300 }, (_, row) => (row < 150 ? 1 : 0));
    const alone = await fit(
      name,
      takeRows(
        rows,
        Uint32Array.from({ length: 150 }, (_, i) => i + 150),
      ),
    );
    const detector = await fit(name, mixed, { labels });
    expect(detector.score(rows)).toEqual(alone.score(rows));
    expect(detector.parts.facts.rows).toBe(150);
  });

  it.each([
    ['constant columns', matrix(Array.from({ length: 30 }, (_, i) => [5, i % 7, 1e9, 0]))],
    ['one constant row many times', matrix(new Array(40).fill([3, 1e12, -7]))],
    ['fewer rows than columns', normalRows(7, 30)],
    ['two rows', normalRows(2, 3)],
    ['one column', normalRows(50, 1)],
    ['few distinct rows', matrix(Array.from({ length: 60 }, (_, i) => [i % 2, i % 3]))],
    ['huge values', matrix(Array.from({ length: 30 }, (_, i) => [i * 1e98, -(i ** 2), 1e-300 * i]))],
    ['one wild value', matrix(Array.from({ length: 30 }, (_, i) => [i === 9 ? 1e100 : i, i % 4]))],
  ])('takes %s', async (_, table) => {
    const detector = await fit(name, table);
    const random = normalRows(20, table.columns, 5);
    const wild = { ...random, values: random.values.map((value) => value * 1e99) };
    for (const rows of [table, random, wild]) expect(areNumbers(detector.score(rows))).toBe(true);
    expect(detector.threshold).not.toBeNaN();
  });

  it('takes one row, or says why not', async () => {
    const one = matrix([[1, 2, 3]]);
    if (name === 'PCA' || name === 'GMM')
      return expect(fit(name, one)).rejects.toMatchObject({ code: 'FITTING_FAILED' });
    const detector = await fit(name, one);
    expect(areNumbers(detector.score(normalRows(5, 3)))).toBe(true);
  });

  it.each([
    ['no rows', { values: new Float64Array(), rows: 0, columns: 3 }],
    ['NaN', matrix([[1], [Number.NaN]])],
    ['infinity', matrix([[1], [Infinity]])],
    ['what is beyond all bounds', matrix([[1], [-1e101]])],
    ['another shape than it says', { values: new Float64Array(5), rows: 2, columns: 3 }],
    ['floats', { values: new Float32Array(6), rows: 2, columns: 3 } as unknown as Matrix],
  ])('refuses %s', async (_, table) => {
    await expect(fit(name, table)).rejects.toThrow(unusable);
    const detector = await fit(name, normalRows(20, 3));
    const shaped = table.columns === 3 ? table : { ...table, columns: 1 };
    expect(() => detector.score(shaped)).toThrow(unusable);
  });

  it('refuses rows of another width in words, or cuts and fills them up', async () => {
    const strict = await fit(name, rows);
    expect(() => strict.score(normalRows(2, 5))).toThrow(
      'cannot use the rows to score: they have 5 columns, and the model was trained on 4',
    );
    const padding = await fit(name, rows, { otherShapes: 'pad' });
    expect(
      padding.score(
        matrix([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual(
      strict.score(
        matrix([
          [1, 2, 0, 0],
          [3, 4, 0, 0],
        ]),
      ),
    );
    expect(padding.score(matrix([[1, 2, 3, 4, 5]]))).toEqual(strict.score(matrix([[1, 2, 3, 4]])));
  });

  it('ends when it is told to', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const fitting = fit(name, normalRows(4000, 30), {
      signal: controller.signal,
      parameters: { AE: { epochs: 10_000 }, IF: { n_estimators: 10_000 } }[name] ?? {},
    });
    setTimeout(() => controller.abort(reason), 20);
    // GMM and PCA of so many rows may have ended before that.
    const end = await fitting.catch((error) => error);
    if (name === 'PCA' || name === 'GMM') expect([reason.message, undefined]).toContain(end.message);
    else expect(end).toBe(reason);
    await expect(fit(name, rows, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('never gives NaN, in compat mode neither', async () => {
    const cell = fc.oneof(
      fc.constantFrom(0, 1, 60, 1e9, -1e15, 1e100, 5e-324),
      fc.double({ min: -1e100, max: 1e100, noNaN: true }),
      fc.integer({ min: 0, max: 3 }),
    );
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 2, maxLength: 12 }),
      );
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (rows, compat) => {
        const given = matrix(rows);
        try {
          const detector = await fit(name, given, { compat });
          expect(areNumbers(detector.score(given)), 'scores').toBe(true);
          expect(detector.threshold).not.toBeNaN();
        } catch (error) {
          // Raw columns may be too wild for a network of float32, or for a covariance.
          expect(['TRAINING_DIVERGED', 'FITTING_FAILED', 'TABLE_UNUSABLE']).toContain(
            (error as { code?: string }).code,
          );
        }
      }),
      { seed: 21, numRuns: 60 },
    );
  });
});

it('refuses algorithms and parameters that do not exist, and says which there are', async () => {
  const rows = normalRows(10, 2);
  await expect(fitDetector('SVM', rows)).rejects.toMatchObject({
    code: 'ALGORITHM_UNKNOWN',
    message: 'there is no algorithm "SVM"',
    hint: 'algorithms: OCSVM, KDE, IF, AE, GMM, PCA',
    exitCode: 2,
  });
  await expect(fitDetector('kde', rows, { parameters: { bandwith: 1 } })).rejects.toMatchObject({
    code: 'PARAMETERS_INVALID',
    message: 'KDE: there is no parameter "bandwith"',
    hint: expect.stringContaining('bandwidth'),
  });
});

it.each([
  ['other labels than rows', { labels: [0] }],
  ['no normal row', { labels: new Array(10).fill(1) }],
  ['other columns than are named', { columns: ['a'] }],
])('refuses %s', async (_, options) => {
  await expect(fitDetector('KDE', normalRows(10, 2), options)).rejects.toThrow(unusable);
});

it('names columns by their numbers unless told', async () => {
  expect((await fitDetector('KDE', normalRows(9, 2))).columns).toEqual(['0', '1']);
});

it('has the isolation forest of netml upside down, in compat mode alone', async () => {
  const rows = normalRows(200, 3);
  const labels = [0, 0, 0, 0, 1, 1, 1, 1];
  const mixed = matrix([...Array(4).fill([0, 0, 0]), ...Array(4).fill([9, 9, 9])]);
  const auc = async (compat: boolean) =>
    evaluateScores((await fit('IF', rows, { compat })).score(mixed), labels, 0).auc;
  expect([await auc(false), await auc(true)]).toEqual([1, 0]);
});
