import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPredictions } from './join.ts';

const predict = (index: unknown, label: unknown = 1) => ({ _row_idx: index, label });
const NONE = { missing: 0, duplicate: 0, 'out of range': 0 };

describe('joinPredictions', () => {
  it('goes by the row that a prediction tells, in any order', () => {
    const { predictions, problems } = joinPredictions(
      [predict(2), predict(0, 'a'), predict(1, 0)],
      3,
      'label',
    );
    expect(predictions.map((one) => one?.label)).toEqual(['a', 0, 1]);
    expect(problems).toEqual(NONE);
  });

  it('believes neither of two for one row', () => {
    const answered = [predict(0), predict(1, 0), predict(1, 1), predict(1, 0)];
    const { predictions, problems } = joinPredictions(answered, 2, 'label');
    expect(predictions).toEqual([predict(0), undefined]);
    expect(problems).toEqual({ ...NONE, duplicate: 2 });
  });

  it('takes nothing for a row but a number or a text', () => {
    const answered = [predict(0, null), predict(1, {}), predict(2, Number.NaN), { _row_idx: 3 }];
    expect(joinPredictions(answered, 4, 'label').problems).toEqual({ ...NONE, missing: 4 });
  });

  it('never gives a row what is not told to be its own', () => {
    const index = fc.oneof(
      fc.integer({ min: -3, max: 12 }),
      fc.double(),
      fc.string(),
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(index, fc.integer())),
        fc.integer({ min: 1, max: 10 }),
        (answer, rows) => {
          const answered = answer.map(([i, label]) => predict(i, label));
          const { predictions, problems } = joinPredictions(answered, rows, 'label');
          expect(predictions).toHaveLength(rows);
          for (const [row, prediction] of predictions.entries()) {
            const own = answered.filter(
              ({ _row_idx }) => Object.is(_row_idx, row) || (row === 0 && _row_idx === 0),
            );
            expect(prediction).toEqual(own.length === 1 ? own[0] : undefined);
          }
          const found = predictions.filter((one) => one !== undefined).length;
          expect(found + problems.missing).toBeLessThanOrEqual(rows);
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });
});
