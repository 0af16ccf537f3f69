import { PipelineError } from '@antinex/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPAT, DEFAULT, sharedEngine, testRequest, testRows } from './support/engine.ts';

const shared = sharedEngine();

/** What runJob() ended with: an outcome, or an error that has words for people. */
async function endOf(request: object, options = DEFAULT as { compat: boolean }) {
  try {
    const told = await shared().runJob(request as Record<string, unknown>, options);
    expect(told.predictions).toHaveLength(told.predictedRows);
    return 'answered';
  } catch (error) {
    expect(error).toBeInstanceOf(PipelineError);
    const { code, message } = error as PipelineError;
    expect(message).not.toMatch(/undefined|\[object|NaN of/);
    expect(['UNEXPECTED', 'JOB_THREAD_DIED', 'SYSTEM_ERROR']).not.toContain(code);
    return code;
  }
}

const odd = fc.constantFrom<unknown>(
  1e308,
  -1e308,
  3.4e38,
  -3.4e38,
  '1',
  'x',
  '',
  null,
  true,
  {},
  [1],
  '1e999',
);
const number = fc.integer({ min: -3, max: 3 });
const cell = fc.oneof({ weight: 100, arbitrary: number }, { weight: 1, arbitrary: odd });
const names = ['a', 'b', 'label_value', '__proto__', 'constructor', '_row_idx', 'a"b\n\u2028'];
const row = fc
  .tuple(...names.map(() => cell))
  .map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]])));
const oddRow = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 });
const rows = fc.array(fc.oneof({ weight: 100, arbitrary: row }, { weight: 1, arbitrary: oddRow }), {
  maxLength: 20,
});
const layer = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ num_neurons: fc.constantFrom(1, 3), activation: fc.constantFrom('relu', null) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ layer_type: fc.constant('dropout'), rate: fc.constantFrom(0.5, 1, -1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ num_neurons: fc.constantFrom<unknown>(1e9, '3'), init: fc.constant('ones') }),
  },
);
const last = fc.record({
  num_neurons: fc.constantFrom(1, 1, 1, 2),
  activation: fc.constantFrom('sigmoid', 'linear'),
});
const layers = fc.tuple(fc.array(layer, { maxLength: 2 }), last).map(([before, end]) => [...before, end]);
const request = fc.record(
  {
    label: fc.constantFrom('a', 'b', 'c'),
    predict_rows: rows,
    features_to_process: fc.subarray(names, { minLength: 1 }),
    predict_feature: fc.constantFrom('label_value', 'label_value', 'a'),
    ml_type: fc.constantFrom('classification', 'regression', 'standalone-classification'),
    model_desc: fc.oneof(fc.constant(null), fc.record({ layers })),
    loss: fc.constantFrom('binary_crossentropy', 'mse', 'mae'),
    metrics: fc.subarray(['accuracy', 'mse', 'mape', 'cosine']),
    epochs: fc.constantFrom(1, 3),
    batch_size: fc.constantFrom(1, 32),
    num_splits: fc.constantFrom(2, 3),
    test_size: fc.constantFrom(0.2, 0.5),
    apply_scaler: fc.boolean(),
    sort_values: fc.subarray(names, { maxLength: 2 }),
    label_rules: fc.constantFrom(null, { labels: ['x', 'y'], label_values: [0, 1] }),
    retrain: fc.boolean(),
  },
  { requiredKeys: ['label', 'predict_rows', 'features_to_process', 'epochs', 'num_splits'] },
);

const RUNS = process.env.LONG ? 5000 : 150;

describe('requests of any kind', () => {
  it('are answered or refused with words, and the engine lives on', async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(request, fc.boolean(), async (body, compat) => {
        const end = await endOf(body, { compat });
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }),
      { seed: 15, numRuns: RUNS },
    );
    expect(await endOf(testRequest({ epochs: 1 }))).toBe('answered');
    expect(ends.get('answered')).toBeGreaterThan(RUNS / 10);
    expect([...ends.keys()].length).toBeGreaterThan(3);
  });

  it.each([
    [
      'numbers near the end of what there is',
      testRows(20).map((r, i) => ({ ...r, a: i % 2 ? 3e38 : -3e38 })),
    ],
    ['very small numbers', testRows(20).map((r, i) => ({ ...r, a: i * 5e-324 }))],
    ['one row many times', Array.from({ length: 20 }, (_, i) => ({ a: 1, b: 1, c: 1, label_value: i % 2 }))],
  ])('with %s have an end', async (_, predict_rows) => {
    for (const options of [DEFAULT, COMPAT])
      expect(['answered', 'TABLE_UNUSABLE', 'TRAINING_DIVERGED']).toContain(
        await endOf(testRequest({ epochs: 2, predict_rows }), options),
      );
  });

  it('with wild values that are not scaled diverge, and say so', async () => {
    const predict_rows = testRows(40).map((r) => ({ ...r, a: r.a * 1e36 }));
    const layers = [
      { num_neurons: 4, init: 'ones', activation: 'linear' },
      { num_neurons: 1, init: 'ones' },
    ];
    const more = { apply_scaler: false, loss: 'mse', model_desc: { layers }, predict_rows };
    expect(['TRAINING_DIVERGED', 'TABLE_UNUSABLE']).toContain(await endOf(testRequest(more)));
  });

  it('with 100,000 rows are answered', async () => {
    await shared().runJob(testRequest({ epochs: 1 }), DEFAULT);
    const told = await shared().runJob(testRequest({ predict_rows: testRows(100_000) }), DEFAULT);
    expect(told).toMatchObject({ predictedRows: 100_000, leftOffRows: 0 });
  });

  it.each([
    ['is no number', { predict_rows: [{ a: 1, b: 'x', c: 2 }] }, 'predict_rows[0]["b"] is no number'],
    [
      'is too large',
      { predict_rows: [{ a: 1 }, { a: 1e308 }] },
      'predict_rows[1]["a"] is too large a number',
    ],
    ['is a list', { predict_rows: [{ a: [] }] }, 'predict_rows[0]["a"] is no number'],
  ])('name the cell that %s', async (_, more, message) => {
    await shared().runJob(testRequest({ epochs: 1 }), DEFAULT);
    await expect(shared().runJob(testRequest(more), DEFAULT)).rejects.toThrow(message);
  });
});
