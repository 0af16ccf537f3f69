import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMlRequest } from './ml-job.ts';

const rows = [{ a: 1, label_value: 1 }];
const request = {
  label: ' My-DNN ',
  predict_rows: rows,
  features_to_process: ['a', 'label_value', 'b', 'a'],
};
const parse = (more: object = {}, compat = false) => parseMlRequest({ ...request, ...more }, compat);

describe('a /ml/ request', () => {
  it("has AntiNex's defaults", () => {
    expect(parse()).toEqual({
      job: {
        label: ' My-DNN ',
        name: 'my-dnn',
        mlType: 'classification',
        predictFeature: 'label_value',
        features: ['a', 'b'],
        sortValues: [],
        modelDesc: undefined,
        loss: 'binary_crossentropy',
        epochs: 5,
        batchSize: 32,
        seed: 9,
        testSize: 0.2,
        numSplits: 5,
        labelRules: undefined,
        applyScaler: true,
        maxRecords: 100_000,
        retrain: false,
      },
      source: { rows },
      problems: [],
    });
  });

  it('of a regression has others', () => {
    const { job } = parse({ ml_type: 'Regression', ignore_features: ['b'], epochs: '7', optimizer: 'Adam' });
    expect(job).toMatchObject({
      loss: 'mse',
      features: ['a'],
      epochs: 7,
    });
  });

  it('takes null for a field that is not there', () => {
    const empty = Object.fromEntries(
      ['seed', 'metrics', 'loss', 'sort_values', 'label_rules', 'model_desc', 'dataset'].map((name) => [
        name,
        null,
      ]),
    );
    expect(parse(empty)).toEqual(parse());
  });

  it('may name a dataset, or a file of its own', () => {
    expect(parse({ predict_rows: null, dataset: 'a.csv', csv_file: 'b.csv' }).source).toEqual({
      dataset: 'a.csv',
    });
    expect(parse({ predict_rows: undefined, csv_file: 'b.csv' }).source).toEqual({ dataset: 'b.csv' });
  });

  it('needs a label, but in compat mode', () => {
    expect(parse({ label: undefined }).problems).toEqual([{ field: 'label', reason: 'is missing' }]);
    expect(parse({ label: undefined }, true).problems).toEqual([]);
  });

  it.each([
    ['epochs', 0],
    ['epochs', 1e9],
    ['epochs', 'abc'],
    ['epochs', '1e999'],
    ['batch_size', 2.5],
    ['seed', -1],
    ['test_size', 1],
    ['test_size', 'half'],
    ['num_splits', 1],
    ['num_splits', 1e6],
    ['apply_scaler', 'yes'],
    ['ml_type', 'zzz'],
    ['ml_type', 7],
    ['loss', 'hinge'],
    ['optimizer', 'sgd'],
    ['metrics', ['speed']],
    ['metrics', 'accuracy'],
    ['features_to_process', 'a,b'],
    ['features_to_process', [1]],
    ['predict_rows', 'rows'],
    ['predict_rows', []],
    ['predict_rows', { a: [1] }],
    ['predict_rows[1]', [{}, null]],
    ['predict_rows[0]', [[1]]],
    ['label', 7],
    ['label', 'x'.repeat(5000)],
    ['label_rules', 7],
    ['label_rules', { labels: ['a'], label_values: [] }],
    ['model_desc.layers', { layers: 7 }],
    ['model_desc.layers[0].num_neurons', { layers: [{ num_neurons: 1e9 }, { num_neurons: 1 }] }],
    [
      'model_desc.layers[1].activation',
      { layers: [{ num_neurons: 1 }, { num_neurons: 1, activation: 'swish' }] },
    ],
    ['model_desc', { layers: [{ num_neurons: 2 }] }],
    ['model_desc', { layers: [] }],
    ['model_desc', { layers: [{ num_neurons: 16_000 }, { num_neurons: 16_000 }, { num_neurons: 1 }] }],
  ])('names %s as what is wrong with %j', (field, value) => {
    const [name] = /^\w+/.exec(field)!;
    const { problems } = parse({ [name]: value });
    expect(problems.map((problem) => problem.field)).toEqual([field]);
    expect(problems[0].reason).toMatch(/\w/);
  });

  it('names all that is wrong at once', () => {
    const { problems } = parse({ epochs: 0, seed: -1, predict_rows: 7 });
    expect(problems.map(({ field }) => field).sort()).toEqual(['epochs', 'predict_rows', 'seed']);
  });

  it('is nothing that a prototype has', () => {
    const hostile = JSON.parse('{"__proto__":{"epochs":7,"label":"x"},"predict_rows":[{"a":1}]}');
    const { job, problems } = parseMlRequest(hostile, false);
    expect(job.epochs).toBe(5);
    expect(problems).toContainEqual({ field: 'label', reason: 'is missing' });
  });

  it('of anything is read without a word but its problems', () => {
    const names = [
      'label',
      'predict_rows',
      'dataset',
      'features_to_process',
      'model_desc',
      'epochs',
      'label_rules',
    ];
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names, 'metrics', 'loss', 'seed'), fc.jsonValue()),
        (any) => {
          for (const compat of [false, true])
            for (const { field, reason } of parseMlRequest(any as object as Record<string, unknown>, compat)
              .problems)
              expect(`${field} ${reason}`).toMatch(/^[\w.[\]]+ .+/);
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });
});
