import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { evaluateScores, fitDetector, type Matrix, takeRows, trainTestSplit } from '../src/index.ts';

const FOLDER = new URL('../../../../shared/golden/netml/', import.meta.url);
const isThere = existsSync(FOLDER);
const read = (file: string) =>
  isThere ? JSON.parse(gunzipSync(readFileSync(new URL(file, FOLDER))).toString()) : {};
const title = `netml's scores as recorded${isThere ? '' : ' (needs ../shared/golden/netml)'}`;

interface Recorded {
  readonly auc?: number;
  readonly scores_test?: number[];
  readonly predict_test?: number[];
  readonly n_sv?: number;
  readonly rho?: number;
  readonly gamma?: number;
  readonly error?: string;
}
interface RecordedSet {
  readonly train_idx: number[];
  readonly test_idx: number[];
  readonly y_test: number[];
  readonly models: Record<string, Recorded>;
}

const { features = {} } = read('demo_labelled.json.gz');
const recorded: [string, RecordedSet][] = Object.entries(read('models_demo_labelled.json.gz'));

function tables(name: string, set: RecordedSet): { train: Matrix; test: Matrix } {
  const rows = features[name].values as number[][];
  const all = { values: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0].length };
  return { train: takeRows(all, set.train_idx), test: takeRows(all, set.test_idx) };
}

async function fitLikeNetml(name: string, set: RecordedSet, algorithm: string, parameters = {}) {
  const { train, test } = tables(name, set);
  const detector = await fitDetector(algorithm, train, { compat: true, parameters });
  return { detector, test, scores: detector.score(test) };
}

/** The largest difference, as a share of what was recorded. */
const differenceOf = (scores: Float64Array, wanted: number[]) =>
  Math.max(...scores.map((score, i) => Math.abs(score - wanted[i]) / Math.abs(wanted[i])));

/**
 * How far rounding may move scores that Cholesky's method gives: by the largest variance as a multiple of
 * what is added to each, 1e-6.
 */
function roundingOf({ values, rows, columns }: Matrix): number {
  let trace = 0;
  for (let column = 0; column < columns; column++) {
    let mean = 0;
    for (let at = column; at < values.length; at += columns) mean += values[at] / rows;
    for (let at = column; at < values.length; at += columns) trace += (values[at] - mean) ** 2 / rows;
  }
  return (trace / 1e-6) * Number.EPSILON;
}

describe.skipIf(!isThere)(title, () => {
  it('there are 24 sets, of the split that a seed gives', () => {
    expect(recorded).toHaveLength(24);
    for (const [, { train_idx, test_idx }] of recorded) {
      const { train, test } = trainTestSplit(88, 0.33, 42);
      expect([[...train], [...test]]).toEqual([train_idx, test_idx]);
    }
  });

  it.each(recorded)('OCSVM of %s', async (name, set) => {
    const { detector, test, scores } = await fitLikeNetml(name, set, 'OCSVM');
    const { scores_test, predict_test, auc, n_sv, rho, gamma } = set.models.ocsvm;
    expect(differenceOf(scores, scores_test!)).toBeLessThan(1e-9);
    expect(Array.from(detector.predict(test), (novel) => (novel ? -1 : 1))).toEqual(predict_test);
    expect(detector.parts.facts.support_vectors).toBe(n_sv);
    expect(Math.abs((detector.parts.facts.rho as number) / rho! - 1)).toBeLessThan(1e-9);
    expect(Math.abs((detector.parts.facts.gamma as number) / gamma! - 1)).toBeLessThan(1e-12);
    expect(evaluateScores(scores, set.y_test, 0).auc).toBeCloseTo(auc!, 12);
  });

  it.each(recorded)('KDE, PCA of one component and the isolation forest of %s', async (name, set) => {
    for (const [model, algorithm, parameters] of [
      ['kde', 'KDE', {}],
      ['pca_nc1', 'PCA', { n_components: 1 }],
      ['if', 'IF', {}],
    ] as const) {
      const { scores } = await fitLikeNetml(name, set, algorithm, parameters);
      const { scores_test, auc } = set.models[model];
      expect(differenceOf(scores, scores_test!), model).toBeLessThan(1e-9);
      expect(evaluateScores(scores, set.y_test, 0).auc, model).toBeCloseTo(auc!, 12);
    }
  });

  it('GMM, as far as rounding let netml be right', async () => {
    let exact = 0;
    for (const [name, set] of recorded) {
      const { scores } = await fitLikeNetml(name, set, 'GMM');
      expect(scores.every(Number.isFinite), name).toBe(true);
      const { scores_test, auc } = set.models.gmm;
      // It gave up where rounding had made a variance negative.
      if (scores_test === undefined) continue;
      const rounding = roundingOf(tables(name, set).train);
      const difference = differenceOf(scores, scores_test);
      expect(difference, name).toBeLessThan(Math.max(1e-6, rounding));
      if (difference < 1e-6) exact++;
      expect(Math.abs(evaluateScores(scores, set.y_test, 0).auc! - auc!), name).toBeLessThan(0.02);
    }
    expect(exact).toBeGreaterThanOrEqual(8);
  });

  const [seeds, sets] = process.env.LONG ? [12, recorded] : [4, recorded.filter((_, i) => i % 5 === 0)];
  it.each(sets)('the autoencoder of %s, whose seed nobody set', async (name, set) => {
    const aucs: number[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const { scores } = await fitLikeNetml(name, set, 'AE', { random_state: seed });
      aucs.push(evaluateScores(scores, set.y_test, 0).auc!);
    }
    // One pair of rows in another order is 0.008 of it.
    const { auc } = set.models.ae;
    expect(auc).toBeGreaterThan(Math.min(...aucs) - 0.12);
    expect(auc).toBeLessThan(Math.max(...aucs) + 0.12);
  });
});
