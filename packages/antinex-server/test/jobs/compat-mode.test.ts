import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  COMPAT,
  csvOf,
  openEngine,
  sharedEngine,
  testFolder,
  testRequest,
  testRows,
} from './support/engine.ts';

const RECORDED = fileURLToPath(new URL('../../../../../shared/golden/antinex/transcripts/', import.meta.url));
const isThere = existsSync(RECORDED);
const name = `answers of the original${isThere ? '' : ' (needs ../shared with the recordings)'}`;

const shared = sharedEngine();

/** The JSON that a recorded request was answered with. */
function recorded(file: string) {
  const text = readFileSync(`${RECORDED}${file}.txt`, 'utf8');
  return JSON.parse(text.slice(text.indexOf('\n{') + 1, text.lastIndexOf('\n[time_total')));
}

/** What a network says depends on its first weights, and the original's were drawn otherwise. */
const withoutPredicted = ({ label_value: _, label_name: __, ...row }: Record<string, unknown>) => row;

describe.skipIf(!isThere)(name, () => {
  it.each([
    ['two rows', '20-ml-predict-async-ok', '22-mlresults-get-finished'],
    ['two rows of another model', '28-ml-predict-with-pretrained', '29-mlresults-pretrained'],
    ['a row alone', '61-syn-predict-one-row-post', '61-syn-predict-one-row-result'],
    ['the row and another', '62-syn-predict-two-rows-post', '62-syn-predict-two-rows-result'],
    ['sixty rows', '63-syn-predict-sixty-post', '63-syn-predict-sixty-result'],
  ])('with a model of before are those of %s', async (_, asked, answered) => {
    const { predict_manifest: manifest } = recorded(asked).job;
    const request = { ...manifest, label: asked };
    const rows = Array.from({ length: 8 }, (_, i) => ({ ...manifest.predict_rows[0], label_value: i % 2 }));
    await shared().runJob({ ...request, epochs: 1, predict_rows: rows }, COMPAT);
    expect(shared().isKnown(request, COMPAT)).toBe(true);
    const told = await shared().runJob(request, COMPAT);
    const result = recorded(answered);
    const expected = result.predictions_json.predictions as Record<string, unknown>[];
    expect(told.predictions.map(withoutPredicted)).toEqual(expected.map(withoutPredicted));
    expect(Object.keys(told.predictions[0])).toEqual(Object.keys(expected[0]));
    expect(told.predictions.every(({ label_value: value }) => value === 0 || value === 1)).toBe(true);
    expect({ ...JSON.parse(told.modelJson), backend: '' }).toEqual({
      ...JSON.parse(result.model_json),
      backend: '',
    });
  });

  it('to a training are those recorded', async () => {
    const { job, results } = recorded('27-ml-sync-train-and-predict');
    const told = await shared().runJob({ ...job.predict_manifest, label: 'sync-local' }, COMPAT);
    expect(told.predictions).toEqual(results.predictions_json.predictions);
    expect(told.accData).toEqual({ accuracy: expect.any(Number) });
    expect(Object.keys(told.accData)).toEqual(Object.keys(results.acc_data));
  });
});

const GOLDEN = fileURLToPath(
  new URL('../../../../../shared/golden/antinex/antinex-golden.json', import.meta.url),
);

describe.skipIf(!existsSync(GOLDEN))('the scaler as recorded (needs ../shared/golden/antinex)', () => {
  const golden = existsSync(GOLDEN) ? JSON.parse(readFileSync(GOLDEN, 'utf8')) : {};
  const { neg: _, ...columns } = golden.scaler_in ?? {};
  const names = Object.keys(columns);
  const ten = (value: number) => Number(value.toFixed(10));
  const rowsOf = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      Object.fromEntries(
        Object.entries(golden.scaler_in as Record<string, unknown[]>).map(([name, of]) => [name, of[i]]),
      ),
    );
  const request = (count: number) =>
    testRequest({
      features_to_process: names,
      predict_feature: 'neg',
      label_rules: null,
      epochs: 1,
      predict_rows: rowsOf(count),
    });

  it('scales a batch, numbers written as texts too, and a row alone', async () => {
    const { predictions } = await shared().runJob(request(4), COMPAT);
    for (const name of names)
      expect(
        predictions.map((row) => row[name]),
        name,
      ).toEqual(golden.scaler_out[name].map(ten));
    expect(predictions.map((row) => row._original_neg)).toEqual(golden.scaler_out.neg);
    const [alone] = (await shared().runJob(request(1), COMPAT)).predictions;
    for (const name of names) expect(alone[name], name).toBe(ten(golden.scaler_one_row[name]));
  });
});

describe('compat mode', () => {
  it('scales each batch by itself, so that a row alone is all -1', async () => {
    await shared().runJob(testRequest({ epochs: 1 }), COMPAT);
    const [row] = (
      await shared().runJob(testRequest({ predict_rows: [{ a: 5, b: 9, c: 1, label_value: 1 }] }), COMPAT)
    ).predictions;
    expect(row).toMatchObject({ a: -1, b: -1, c: -1, _original_label_value: -1 });
  });

  it('predicts -1 and 1 in the request that trains, and 0 and 1 later', async () => {
    const rules = { labels: ['minus', 'zero', 'one'], label_values: [-1, 0, 1] };
    const classes = async () => {
      const { predictions } = await shared().runJob(testRequest({ label_rules: rules }), COMPAT);
      return [...new Set(predictions.map((row) => `${row.label_value} ${row.label_name}`))].sort();
    };
    expect(await classes()).toEqual(['-1 minus', '1 one']);
    expect(await classes()).toEqual(['0 zero', '1 one']);
  });

  it('trains on what it is asked to predict, labels unknown or all alike', async () => {
    const rows = testRows(20).map((row) => ({ ...row, label_value: -1 }));
    const told = await shared().runJob(testRequest({ predict_rows: rows }), COMPAT);
    expect(told).toMatchObject({ trained: true, predictedRows: 20 });
    expect(new Set(told.predictions.map((row) => row.label_value))).toEqual(new Set([-1]));
  });

  it('splits a dataset by the seed, folds the training part, and predicts all rows', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'rows.csv'), csvOf(testRows(300)));
    const engine = await openEngine({ datasetDirs: [folder] });
    const request = testRequest({ predict_rows: undefined, dataset: 'rows.csv' });
    const told = await engine.runJob(request, COMPAT);
    expect(told.predictedRows).toBe(300);
    // 120 of 240 rows each.
    expect((told.accuracy! * 120) / 50).toBeCloseTo(Math.round((told.accuracy! * 120) / 50), 8);
    expect(told.scores![1] * 100).toBe(told.accuracy);
    const again = await engine.runJob(request, COMPAT);
    expect(again).toMatchObject({ trained: false, accuracy: told.accuracy, predictedRows: 300 });
  });

  it('answers with one row more than max_records', async () => {
    const told = await shared().runJob(testRequest({ epochs: 1, max_records: 10 }), COMPAT);
    expect(told).toMatchObject({ predictedRows: 11, leftOffRows: 289 });
  });

  it('sorts rows, and tells where they were', async () => {
    const { predictions } = await shared().runJob(
      testRequest({ epochs: 1, sort_values: ['a', 'b'] }),
      COMPAT,
    );
    const rows = testRows(300);
    const order = rows
      .map((_, i) => i)
      .sort((x, y) => rows[x].a - rows[y].a || rows[x].b - rows[y].b || x - y);
    expect(predictions.map(({ _count }) => _count)).toEqual(order);
    expect(predictions.map(({ _row_idx }) => _row_idx)).toEqual(rows.map((_, i) => i));
  });

  it('leaves values as they are when it is told not to scale', async () => {
    const { predictions } = await shared().runJob(testRequest({ epochs: 1, apply_scaler: false }), COMPAT);
    expect(predictions[1]).toMatchObject({ a: 37, b: 53, c: 7, _original_label_value: 0 });
  });

  it('scores a regression by minus its loss', async () => {
    const rows = testRows(100).map(({ a, b, c }) => ({ a, b, c, close: a + b }));
    const more = {
      predict_feature: 'close',
      loss: 'mse',
      metrics: ['mse', 'mae'],
      label_rules: null,
      predict_rows: rows,
    };
    const layers = [{ num_neurons: 8 }, { num_neurons: 1 }];
    const told = await shared().runJob(
      testRequest({ ...more, ml_type: 'regression', model_desc: { layers } }),
      COMPAT,
    );
    expect(told.accuracy).toBeLessThan(0);
    expect(Object.keys(told.predictions[0])).toEqual([
      'a',
      'b',
      'c',
      'close',
      '_original_close',
      '_row_idx',
      '_count',
    ]);
  });

  it('adds the prediction in its own unit where a dataset was scaled', async () => {
    const folder = await testFolder();
    const rows = testRows(100).map(({ a, b, c }) => ({ a, b, c, close: 500 + a + b }));
    await writeFile(join(folder, 'rows.csv'), csvOf(rows));
    const engine = await openEngine({ datasetDirs: [folder] });
    const layers = [
      { num_neurons: 8, init: 'glorot_uniform' },
      { num_neurons: 1, init: 'glorot_uniform' },
    ];
    const more = {
      ml_type: 'regression',
      predict_feature: 'close',
      model_desc: { layers },
      label_rules: null,
    };
    const told = await engine.runJob(
      testRequest({ ...more, loss: 'mse', epochs: 100, predict_rows: undefined, dataset: 'rows.csv' }),
      COMPAT,
    );
    told.predictions.forEach((row, i) => {
      expect(Math.abs(Number(row._predicted_close) - rows[i].close)).toBeLessThan(20);
    });
  });

  it.each([
    [
      'a class without a name',
      { label_rules: { labels: ['attack'], label_values: [1] }, epochs: 1 },
      /no name for/,
    ],
    ['a column that no row has', { features_to_process: ['a', 'zzz'] }, /"zzz", which no row has/],
    [
      'rows without the predicted column',
      { predict_feature: 'zzz' },
      /predict_feature names the column "zzz"/,
    ],
    [
      'a row that lacks a value',
      { predict_rows: [...testRows(20), { a: 1, label_value: 1 }] },
      /row 20, column 1 is NaN/,
    ],
    ['fewer rows than folds', { predict_rows: testRows(4), num_splits: 5 }, /4 rows are too few for 5 folds/],
  ])('refuses %s, which the original never answers', async (_, more, message) => {
    await expect(shared().runJob(testRequest(more), COMPAT)).rejects.toThrow(message);
    expect(shared().isKnown(testRequest(more), COMPAT)).toBe(false);
  });

  it('refuses other numbers of columns than the model has', async () => {
    await shared().runJob(testRequest({ epochs: 1 }), COMPAT);
    await expect(shared().runJob(testRequest({ features_to_process: ['a', 'b'] }), COMPAT)).rejects.toThrow(
      'takes 3 columns, and the rows have 2',
    );
  });
});
