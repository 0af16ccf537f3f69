import { expect, it } from 'vitest';
import { evaluateScores } from './score-evaluation.ts';

const unusable = expect.objectContaining({ code: 'TABLE_UNUSABLE' });

it('ranks in double precision, infinity above all', () => {
  const scores = Float64Array.of(1e9, 1e9 + 1e-6, Infinity, -Infinity);
  expect(evaluateScores(scores, [0, 1, 1, 0], 1e9)).toMatchObject({
    auc: 1,
    averagePrecision: 1,
    truePositives: 2,
    trueNegatives: 2,
    f1: 1,
  });
});

it('leaves a ranking of one class unknown', () => {
  expect(evaluateScores(Float64Array.of(1, 2), [0, 0], 1.5)).toMatchObject({
    auc: undefined,
    recall: undefined,
    falsePositiveRate: 0.5,
  });
});

it.each([
  ['NaN', [Number.NaN, 1], [0, 1]],
  ['fewer labels', [1, 2], [0]],
  ['other labels', [1, 2], [0, -1]],
  ['none', [], []],
])('refuses %s', (_, scores, labels) => {
  expect(() => evaluateScores(Float64Array.from(scores), labels, 0)).toThrow(unusable);
});
