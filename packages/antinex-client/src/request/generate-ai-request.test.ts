import { PipelineError } from '@antinex/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AiRequestOptions, Row } from './ai-request.ts';
import { generateAiRequest } from './generate-ai-request.ts';

const features = ['a', 'b', 'c'];
const rowsOf = (rows: readonly Row[], options: AiRequestOptions = {}) =>
  generateAiRequest(rows, { features, ...options }).body.predict_rows;

describe('rows', () => {
  it('keep zeros and numbers, and get the missing value where they have none', () => {
    expect(
      rowsOf([
        { a: 0, b: '0', c: '' },
        { a: false, b: '1.5e3', other: 9 },
      ]),
    ).toEqual([
      { a: 0, b: 0, c: -1, label_value: -1 },
      { a: 0, b: 1500, c: -1, label_value: -1 },
    ]);
  });

  it.each([
    [null, -7],
    [undefined, -7],
    ['', -7],
    ['  ', -7],
    [Number.NaN, -7],
    [Number.POSITIVE_INFINITY, -7],
    ['nan', -7],
    ['-inf', -7],
    ['1e999', -7],
    [true, 1],
    [12n, 12],
    [' +4 ', 4],
    ['.5', 0.5],
    ['5.', 5],
    ['0x10', -7],
    ['4,5', -7],
    ['abc', -7],
    [{}, -7],
    [[1], -7],
  ])('%s becomes %d', (value, number) => {
    expect(rowsOf([{ a: value }], { features: ['a'], missingValue: '-7' })).toEqual([
      { a: number, label_value: -7 },
    ]);
  });

  it('are read in time that grows with their length, not its square', () => {
    const long = `${'1'.repeat(200_000)}x`;
    const startMs = performance.now();
    expect(rowsOf([{ a: long }], { features: ['a'] })).toEqual([{ a: -1, label_value: -1 }]);
    // The square of it took minutes.
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it('are cut to whole numbers if asked', () => {
    expect(rowsOf([{ a: 1.9, b: '-1.9', c: 3 }], { convertTo: 'int' })).toEqual([
      { a: 1, b: -1, c: 3, label_value: -1 },
    ]);
  });

  it('stay as they are if asked', () => {
    expect(rowsOf([{ a: '1.0', b: 'x', c: null }], { convertTo: false })).toEqual([
      { a: '1.0', b: 'x', c: -1, label_value: -1 },
    ]);
  });

  it('that cannot be converted are counted, and sent if asked', () => {
    const rows = [{ a: 'x', b: 'y' }, { a: 'z' }];
    const { failedConversions } = generateAiRequest(rows, { features });
    expect([...failedConversions]).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(rowsOf(rows, { includeFailedConversions: true })).toEqual([
      { a: 'x', b: 'y', c: -1, label_value: -1 },
      { a: 'z', b: -1, c: -1, label_value: -1 },
    ]);
  });

  it('keep the label they have', () => {
    expect(rowsOf([{ a: 1, label_value: 0 }, {}], { features: ['a'], addPredictFeature: false })).toEqual([
      { a: 1, label_value: 0 },
      { a: -1 },
    ]);
  });

  it('are always numbers that JSON can hold, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.constantFrom(...features), fc.anything()), { minLength: 1 }),
        (rows) => {
          for (const row of rowsOf(rows) as Record<string, number>[]) {
            expect(Object.keys(row)).toEqual([...features, 'label_value']);
            expect(Object.values(row).every(Number.isFinite)).toBe(true);
          }
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('the request', () => {
  const template = {
    label: 'of the template',
    epochs: 3,
    metrics: ['mse'],
    features_to_process: ['b', 'a', 'label_value', 'b'],
    ignore_features: ['x'],
    model_desc: { layers: [] },
    predict_rows: [{ old: 1 }],
  };

  it('is what is set, then the template, then the defaults', () => {
    const { body } = generateAiRequest([{ a: 1, b: 2 }], {
      template,
      epochs: 7,
      histories: ['loss'],
      version: 2,
    });
    expect(body).toEqual({
      label: 'of the template',
      epochs: 7,
      metrics: ['mse'],
      histories: ['loss'],
      version: 2,
      features_to_process: ['b', 'a'],
      ignore_features: ['x'],
      model_desc: { layers: [] },
      predict_rows: [{ b: 2, a: 1, label_value: -1 }],
      ml_type: 'classification',
      predict_feature: 'label_value',
      seed: 42,
      test_size: 0.2,
      batch_size: 32,
      num_splits: 3,
      loss: 'binary_crossentropy',
      optimizer: 'adam',
      publish_to_core: true,
    });
    expect(template.predict_rows).toEqual([{ old: 1 }]);
  });

  it('leaves out columns', () => {
    const { body } = generateAiRequest([{ a: 1, b: 2 }], {
      features,
      ignoreFeatures: ['b', 'c'],
      predictFeature: 'y',
    });
    expect(body).toMatchObject({ features_to_process: ['a'], ignore_features: ['b', 'c'] });
    expect(body.predict_rows).toEqual([{ a: 1, y: -1 }]);
  });

  it.each<[string, Row[], AiRequestOptions]>([
    ['without rows', [], { features }],
    ['without columns', [{ a: 1 }], { features: [] }],
    ['with all columns left out', [{ a: 1 }], { features: ['a'], ignoreFeatures: ['a'] }],
    ['with a missing value that is no number', [{ a: 1 }], { features, missingValue: 'none' }],
    ['to imitate, without rows', [], { imitateOriginal: true }],
    ['to imitate, without a template', [{ a: 1 }], { imitateOriginal: true }],
  ])('is not made %s', (_, rows, options) => {
    expect(() => generateAiRequest(rows, options)).toThrow(PipelineError);
  });
});

describe('imitating the original', () => {
  const template = { label: 'x', metrics: ['mse'], epochs: 3 };
  const imitated = (row: Row, options: AiRequestOptions = {}) =>
    generateAiRequest([row], { features, template, imitateOriginal: true, ...options }).body;

  it.each([
    [0, -1],
    ['', -1],
    [null, -1],
    [false, -1],
    [[], -1],
    [{}, -1],
    [true, 1],
    ['0', 0],
    [' 1_000.5 ', 1000.5],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['nan', Number.NaN],
    ['1__0', '-1.0'],
    ['0x10', '-1.0'],
    ['abc', '-1.0'],
    [[1], '-1.0'],
  ])('%j becomes %j', (value, sent) => {
    expect(imitated({ a: value }).predict_rows).toEqual([
      { a: sent, b: '-1.0', c: '-1.0', label_value: '-1.0' },
    ]);
  });

  it.each([
    [1.9, 1],
    ['12', 12],
    ['1.5', '-1.0'],
    [0, '-1.0'],
    [Number.POSITIVE_INFINITY, '-1.0'],
  ])('as int, %j becomes %j', (value, sent) => {
    expect(imitated({ a: value }, { convertTo: 'int' }).predict_rows).toMatchObject([{ a: sent }]);
  });

  it('drops labels and other columns, and keeps the order of the row', () => {
    const [row] = imitated({ c: 3, label_value: 1, z: 9, a: 1 }).predict_rows as Row[];
    expect(Object.entries(row)).toEqual([
      ['c', 3],
      ['a', 1],
      ['b', '-1.0'],
      ['label_value', '-1.0'],
    ]);
  });

  it('keeps what fails or is not converted, if asked', () => {
    const failing = { includeFailedConversions: true, addPredictFeature: false, features: ['a'] };
    expect(imitated({ a: 'x' }, failing).predict_rows).toEqual([{ a: 'x' }]);
    expect(imitated({ a: 0 }, { ...failing, convertTo: false }).predict_rows).toEqual([{ a: '-1.0' }]);
  });

  it('puts empty lists and defaults before the template', () => {
    expect(imitated({ a: 1 })).toMatchObject({ metrics: [], histories: [], epochs: 15, num_splits: 3 });
  });

  it('sends the features without the predicted and the ignored ones', () => {
    const body = imitated({ a: 1 }, { ignoreFeatures: ['b'], predictFeature: 'c', sortValues: ['a'] });
    expect(body).toMatchObject({ features_to_process: ['a'], ignore_features: ['b'], sort_values: ['a'] });
  });
});
