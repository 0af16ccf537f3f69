import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  csvOf,
  DEFAULT,
  openEngine,
  sharedEngine,
  type TestRow,
  testFolder,
  testRequest,
  testRows,
} from './support/engine.ts';

const shared = sharedEngine();

const problem = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a training', () => {
  it('answers each row as it came, as the network saw it, and what it says of it', async () => {
    const told = await shared().runJob(testRequest(), DEFAULT);
    expect(told).toMatchObject({ trained: true, predictedRows: 300, leftOffRows: 0 });
    const [first] = told.predictions;
    expect(Object.keys(first)).toEqual(
      ['a', 'b', 'c', 'label_value', '_scaled_a', '_scaled_b', '_scaled_c', '_original_label_value'].concat([
        'label_name',
        '_score',
        '_row_idx',
        '_count',
      ]),
    );
    const rows = testRows(300);
    told.predictions.forEach((row, i) => {
      expect(row).toMatchObject({
        a: rows[i].a,
        c: 7,
        _original_label_value: rows[i].label_value,
        _row_idx: i,
        _count: i,
      });
      expect(row.label_value).toBe(Number(row._score) > 0.5 ? 1 : 0);
      expect(row.label_name).toBe(row.label_value === 1 ? 'attack' : 'not_attack');
    });
    const right = told.predictions.filter((row, i) => row.label_value === rows[i].label_value);
    expect(right.length).toBeGreaterThan(270);
    expect(JSON.parse(told.modelJson)).toMatchObject({
      class_name: 'Sequential',
      config: [{ config: { units: 20, batch_input_shape: [null, 3] } }, { config: { units: 1 } }],
    });
  });

  it('takes no more room for more epochs', async () => {
    const sizeOf = async (epochs: number) => {
      const more = { label: `${epochs} epochs`, epochs, predict_rows: testRows(20) };
      const { modelFile } = await shared().runJob(testRequest(more), DEFAULT);
      return (await stat(modelFile)).size;
    };
    expect(Math.abs((await sizeOf(400)) - (await sizeOf(4)))).toBeLessThan(1000);
  });

  it('tells how good it is beside what needs no model', async () => {
    const { accuracy, scores, accData } = await shared().runJob(testRequest(), DEFAULT);
    expect(accuracy).toBeGreaterThan(75);
    expect(scores![1] * 100).toBe(accuracy);
    expect(accData).toMatchObject({ accuracy, classes: [0, 1], train_rows: 240, holdout: { rows: 60 } });
    expect(accData.baseline_accuracy).toBeLessThan(60);
  });

  it('does not take luck for skill', async () => {
    const rows = testRows(400).map((row, i) => ({ ...row, label_value: ((i * 7919) % 1009) % 2 }));
    const { accuracy } = await shared().runJob(testRequest({ predict_rows: rows }), DEFAULT);
    expect(accuracy).toBeLessThan(65);
  });

  it('names the column that gives the label away', async () => {
    const rows = testRows(300).map((row) => ({ ...row, c: 1000 + row.label_value }));
    const { accData } = await shared().runJob(testRequest({ predict_rows: rows }), DEFAULT);
    expect(accData.holdout).toMatchObject({
      leak_suspected_in: 'c',
      best_rule: { column: 'c', accuracy: 100 },
    });
  });

  it('leaves rows of unknown label out, and answers them', async () => {
    const known = testRows(200);
    const unknown = testRows(50).map(({ label_value: _, ...row }, i) =>
      i % 2 ? row : { ...row, label_value: -1 },
    );
    const { accData, predictions } = await shared().runJob(
      testRequest({ predict_rows: [...unknown, ...known] }),
      DEFAULT,
    );
    expect(accData.train_rows).toBe(160);
    expect(predictions).toHaveLength(250);
    expect(predictions[0]._original_label_value).toBe(-1);
    expect(predictions[1]._original_label_value).toBe('missing-from-dataset');
  });

  it('gives the same model for the same rows and seed, and another for another', async () => {
    const scoresOf = async (more: object) =>
      (await shared().runJob(testRequest({ epochs: 3, ...more }), DEFAULT)).predictions.map(
        ({ _score }) => _score,
      );
    const [one, same, other] = [
      await scoresOf({ label: 'one' }),
      await scoresOf({ label: 'same' }),
      await scoresOf({ label: 'other', seed: 43 }),
    ];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('evaluates a standalone-classification by its test part alone', async () => {
    const told = await shared().runJob(testRequest({ ml_type: 'standalone-classification' }), DEFAULT);
    expect(told.scores).toBeNull();
    expect(told.accData.holdout).toMatchObject({ accuracy: told.accuracy });
  });

  it.each([
    ['no labels', (row: TestRow): object => ({ ...row, label_value: -1 })],
    ['one class', (row: TestRow): object => ({ ...row, label_value: 1 })],
    ['no label column', ({ label_value: _, ...row }: TestRow): object => row],
    ['labels that are none', (row: TestRow): object => ({ ...row, label_value: 'x' })],
  ])('of rows with %s is refused', async (_, change) => {
    const request = testRequest({ label: 'New', predict_rows: testRows(50).map(change) });
    await expect(shared().runJob(request, DEFAULT)).rejects.toEqual(
      problem('MODEL_UNKNOWN', /^no model is named "New": train it first$/),
    );
  });

  it.each([
    ['fewer rows than folds', { predict_rows: testRows(4), num_splits: 10 }, 'TABLE_UNUSABLE', /10 folds/],
    ['two rows', { predict_rows: testRows(4).slice(2) }, 'TABLE_UNUSABLE', /./],
    [
      'three classes',
      { predict_rows: testRows(30).map((row, i) => ({ ...row, label_value: i % 3 })) },
      'TABLE_UNUSABLE',
      /two classes/,
    ],
    ['no columns', { features_to_process: [] }, 'JOB_INVALID', /features_to_process must name/],
    [
      'ignored columns only',
      { ignore_features: ['a', 'b', 'c'] },
      'JOB_INVALID',
      /features_to_process must name/,
    ],
    ['a column to sort by that no row has', { sort_values: ['zzz'] }, 'JOB_INVALID', /sort_values names/],
    [
      'days of work',
      {
        epochs: 100_000,
        model_desc: { layers: [{ num_neurons: 16_000 }, { num_neurons: 900 }, { num_neurons: 1 }] },
      },
      'JOB_TOO_LARGE',
      /epochs/,
    ],
  ])('of %s is refused', async (_, more, code, message) => {
    await expect(shared().runJob(testRequest(more), DEFAULT)).rejects.toEqual(problem(code, message));
    expect(shared().isKnown(testRequest(more), DEFAULT)).toBe(false);
  });

  it('works with columns that are constant or empty, and says which are empty', async () => {
    const request = testRequest({ features_to_process: ['a', 'b', 'c', 'dns_id'] });
    const { accData, predictions } = await shared().runJob(request, DEFAULT);
    expect(accData.empty_columns).toEqual(['dns_id']);
    expect(predictions[0]).toMatchObject({ dns_id: null, _scaled_dns_id: -1, _scaled_c: -1 });
  });

  it('takes numbers written as texts', async () => {
    const rows = testRows(100);
    const texts = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, ` ${value}.0`])),
    );
    const one = await shared().runJob(testRequest({ epochs: 2, predict_rows: rows }), DEFAULT);
    const other = await shared().runJob(testRequest({ epochs: 2, label: 'x', predict_rows: texts }), DEFAULT);
    expect(other.predictionsJson).toBe(one.predictionsJson);
  });
});

describe('a model that was trained', () => {
  it('is known by its label in any case, also after a restart', async () => {
    const dataDir = await testFolder();
    const engine = await openEngine({ dataDir });
    expect(engine.isKnown(testRequest(), DEFAULT)).toBe(false);
    const trained = await engine.runJob(testRequest(), DEFAULT);
    await engine.close();
    const later = await openEngine({ dataDir });
    const request = testRequest({ label: `  ${String(testRequest().label).toUpperCase()} ` });
    expect(later.isKnown(request, DEFAULT)).toBe(true);
    expect(later.isKnown(request, { compat: true })).toBe(false);
    expect(later.isKnown(testRequest({ retrain: true }), DEFAULT)).toBe(false);
    const told = await later.runJob(request, DEFAULT);
    expect(told).toMatchObject({ trained: false, accuracy: trained.accuracy, accData: trained.accData });
    expect(told.predictionsJson).toBe(trained.predictionsJson);
  });

  it('says the same of a row alone as of the row among others', async () => {
    const { predictions } = await shared().runJob(testRequest(), DEFAULT);
    for (const i of [0, 17, 299]) {
      const alone = await shared().runJob(testRequest({ predict_rows: [testRows(300)[i]] }), DEFAULT);
      expect(alone.predictions[0]).toEqual({ ...predictions[i], _row_idx: 0, _count: 0 });
    }
  });

  it('keeps the order of rows, whatever they are sorted by', async () => {
    await shared().runJob(testRequest({ sort_values: ['b'] }), DEFAULT);
    const { predictions } = await shared().runJob(testRequest({ sort_values: ['b'] }), DEFAULT);
    expect(predictions.map(({ a }) => a)).toEqual(testRows(300).map(({ a }) => a));
  });

  it('answers without labels, without the columns named, and with them in another order', async () => {
    const { predictions } = await shared().runJob(testRequest(), DEFAULT);
    const rows = testRows(3).map(({ a, b, c }) => ({ c, other: 'text', b, a, label_value: -1 }));
    const asked = [testRequest({ predict_rows: rows, features_to_process: ['c', 'b', 'a'] })];
    asked.push(testRequest({ predict_rows: rows, features_to_process: undefined }));
    for (const request of asked) {
      const told = await shared().runJob(request, DEFAULT);
      expect(told.predictions.map(({ _score }) => _score)).toEqual(
        predictions.slice(0, 3).map(({ _score }) => _score),
      );
    }
  });

  it.each([
    [
      'other columns',
      { features_to_process: ['a', 'b', 'x'] },
      /trained on other columns: features_to_process lacks c, and it does not know x/,
    ],
    ['another label', { predict_feature: 'a' }, /predicts "label_value", not "a"/],
    ['numbers', { ml_type: 'regression' }, /is one of classification/],
  ])('refuses to predict with %s', async (_, more, message) => {
    await shared().runJob(testRequest({ epochs: 1 }), DEFAULT);
    await expect(shared().runJob(testRequest(more), DEFAULT)).rejects.toEqual(
      problem('MODEL_MISMATCH', message),
    );
  });

  it('refuses rows that have none of its columns', async () => {
    await shared().runJob(testRequest({ epochs: 1 }), DEFAULT);
    const request = testRequest({ predict_rows: [{ a: 1 }, { z: 1 }] });
    await expect(shared().runJob(request, DEFAULT)).rejects.toEqual(
      problem('JOB_INVALID', /predict_rows\[1\] has none/),
    );
  });

  it('is trained anew when that is asked for', async () => {
    const first = await shared().runJob(testRequest({ epochs: 1 }), DEFAULT);
    const again = await shared().runJob(testRequest({ epochs: 2, retrain: true }), DEFAULT);
    expect(again.trained).toBe(true);
    const told = await shared().runJob(testRequest(), DEFAULT);
    expect(told.predictionsJson).toBe(again.predictionsJson);
    expect(told.predictionsJson).not.toBe(first.predictionsJson);
  });

  it('stays as it is when what it is to be trained anew with has nothing to learn', async () => {
    const { predictionsJson } = await shared().runJob(testRequest({ epochs: 1 }), DEFAULT);
    const alike = testRows(20).map((row) => ({ ...row, label_value: 1 }));
    await expect(
      shared().runJob(testRequest({ retrain: true, predict_rows: alike }), DEFAULT),
    ).rejects.toEqual(problem('TABLE_UNUSABLE', /"label_value" has one value/));
    expect((await shared().runJob(testRequest(), DEFAULT)).predictionsJson).toBe(predictionsJson);
  });

  it('is one file, which a hostile label does not place', async () => {
    const labels = ['../../x', '/etc/passwd', '__proto__', 'a\0b', '\u{1f600}', 'x'.repeat(4000)];
    for (const label of labels) {
      const { modelFile } = await shared().runJob(testRequest({ label, epochs: 1 }), DEFAULT);
      expect(modelFile).toMatch(/\/models\/[0-9a-f]{40}\.safetensors$/);
      expect(shared().isKnown({ label }, DEFAULT)).toBe(true);
    }
  });

  it('that is damaged is said to be', async () => {
    const dataDir = await testFolder();
    const engine = await openEngine({ dataDir });
    const { modelFile } = await engine.runJob(testRequest({ epochs: 1 }), DEFAULT);
    await engine.close();
    await writeFile(modelFile, 'x');
    const later = await openEngine({ dataDir });
    await expect(later.runJob(testRequest(), DEFAULT)).rejects.toEqual(problem('MODEL_FILE_UNUSABLE', /./));
    await later.runJob(testRequest({ epochs: 1, retrain: true }), DEFAULT);
    await later.runJob(testRequest(), DEFAULT);
  });
});

describe('a regression', () => {
  const rows = testRows(300).map(({ a, b, c }) => ({ a, b, c, close: 1000 + 3 * a - 2 * b }));
  const request = (more: object = {}) =>
    testRequest({
      ml_type: 'regression',
      predict_feature: 'close',
      model_desc: {
        layers: [
          { num_neurons: 30, activation: 'relu' },
          { num_neurons: 1, activation: null },
        ],
      },
      loss: 'mse',
      label_rules: null,
      metrics: undefined,
      epochs: 100,
      predict_rows: rows,
      ...more,
    });

  it('predicts in the unit of its column', async () => {
    const told = await shared().runJob(request(), DEFAULT);
    expect(told.accuracy).toBeNull();
    expect(told.accData.holdout).toMatchObject({ rows: 60 });
    expect((told.accData.holdout as { r2: number }).r2).toBeGreaterThan(0.9);
    told.predictions.forEach((row, i) => {
      expect(row).not.toHaveProperty('label_name');
      expect(row._original_close).toBe(rows[i].close);
      expect(Math.abs(Number(row.close) - rows[i].close)).toBeLessThan(100);
    });
    const again = await shared().runJob(request({ predict_rows: rows.slice(0, 2) }), DEFAULT);
    expect(again.predictions).toEqual(told.predictions.slice(0, 2));
  });

  it('answers for a dataset, too', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'stock.csv'), csvOf(rows));
    const engine = await openEngine({ datasetDirs: [folder] });
    const told = await engine.runJob(request({ predict_rows: undefined, dataset: 'stock.csv' }), DEFAULT);
    expect(told.predictedRows).toBe(300);
    expect((told.accData.holdout as { r2: number }).r2).toBeGreaterThan(0.9);
  });

  it('of numbers that are all alike has nothing to learn', async () => {
    const flat = rows.map((row) => ({ ...row, close: -1 }));
    await expect(shared().runJob(request({ predict_rows: flat }), DEFAULT)).rejects.toEqual(
      problem('MODEL_UNKNOWN', /train it first/),
    );
  });
});
