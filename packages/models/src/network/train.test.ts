import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import { bestStump, stumpAccuracy } from '../evaluation/stump.ts';
import { describeNetwork } from './description.ts';
import { INITS } from './initial-weights.ts';
import { type Examples, type Scores, scoreNetwork, type TrainingOptions, trainNetwork } from './train.ts';

const OPTIONS: TrainingOptions = { loss: 'binary_crossentropy', epochs: 3, batchSize: 32, seed: 9 };

const network = (inputs: number, units: number, activation = 'sigmoid', init = 'uniform') =>
  describeNetwork(
    {
      layers: [
        { num_neurons: units, init, activation: 'relu' },
        { num_neurons: 1, init, activation },
      ],
    },
    inputs,
  );

/** Rows of numbers from -1 to 1, and what a rule makes of each. */
function examples(
  rows: number,
  columns: number,
  seed: number,
  rule: (row: Float32Array) => number,
): Examples {
  const random = new RandomState(seed);
  const values = Float32Array.from({ length: rows * columns }, () => random.uniform(-1, 1));
  const targets = Float32Array.from({ length: rows }, (_, row) =>
    rule(values.subarray(row * columns, (row + 1) * columns)),
  );
  return { inputs: { values, rows, columns }, targets: { values: targets, rows, columns: 1 } };
}

const xor = ([a, b]: Float32Array) => (a > 0 !== b > 0 ? 1 : 0);
const small = examples(200, 6, 1, xor);

const digestOf = ({ network }: Awaited<ReturnType<typeof trainNetwork>>) => {
  const hash = createHash('sha256');
  for (const { weights, bias } of network.weights()) hash.update(weights).update(bias);
  return hash.digest('hex').slice(0, 16);
};

describe('learning', () => {
  it('finds what no rule on one column can: xor', async () => {
    const train = examples(2000, 4, 1, xor);
    const test = examples(1000, 4, 2, xor);
    const { network: trained, history } = await trainNetwork(
      network(4, 24, 'sigmoid', 'glorot_uniform'),
      train,
      {
        ...OPTIONS,
        epochs: 40,
        metrics: ['accuracy'],
        validation: test,
      },
    );
    const { acc } = scoreNetwork(trained, test, 'binary_crossentropy', ['accuracy']);
    const stump = bestStump(train.inputs, train.targets.values);
    expect(stumpAccuracy(stump, test.inputs, test.targets.values)).toBeLessThan(0.6);
    expect(acc).toBeGreaterThan(0.95);
    expect(history.val_acc.at(-1)).toBe(acc);
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 3);
  });

  it('finds nothing in labels that are random', async () => {
    const coin = new RandomState(5);
    const train = examples(1000, 4, 1, () => coin.interval(1));
    const test = examples(1000, 4, 2, () => coin.interval(1));
    const { network: trained } = await trainNetwork(network(4, 8), train, OPTIONS);
    const { acc } = scoreNetwork(trained, test, 'binary_crossentropy', ['accuracy']);
    expect(Math.abs(acc - 0.5)).toBeLessThan(0.06);
  });

  it.each(['mse', 'mae'] as const)('fits a line by %s better than its mean does', async (loss) => {
    const line = ([a, b, c]: Float32Array) => 2 * a - b + 0.5 * c + 1;
    const test = examples(500, 3, 2, line);
    const description = network(3, 16, 'linear', 'glorot_uniform');
    const { network: trained } = await trainNetwork(description, examples(2000, 3, 1, line), {
      ...OPTIONS,
      loss,
      epochs: 30,
    });
    const { values } = test.targets;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(scoreNetwork(trained, test, 'mse').loss).toBeLessThan(variance / 50);
  });
});

describe('the same seed', () => {
  const dropout = describeNetwork(
    {
      layers: [
        { num_neurons: 9, init: 'he_normal', activation: 'tanh' },
        { layer_type: 'dropout', rate: 0.3 },
        { num_neurons: 5, init: 'glorot_normal', activation: 'sigmoid' },
        { num_neurons: 1, init: 'normal', activation: 'sigmoid' },
      ],
    },
    6,
  );

  it('gives these weights on every machine, with SIMD and without', async () => {
    const [simd, plain] = await Promise.all(
      ([undefined, 'plain'] as const).map((kernels) =>
        trainNetwork(dropout, small, { ...OPTIONS, shuffle: true, kernels }),
      ),
    );
    expect(digestOf(simd)).toBe(digestOf(plain));
    expect(digestOf(simd)).toMatchInlineSnapshot(`"2ed37993c8eca15e"`);
    expect(simd.history).toEqual(plain.history);
  });

  it.each(INITS)('draws %s weights that can be trained', async (init) => {
    const description = network(6, 5, 'sigmoid', init);
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map((seed) => trainNetwork(description, small, { ...OPTIONS, epochs: 1, seed })),
    );
    expect(digestOf(one)).toBe(digestOf(same));
    const isRandom = !['zeros', 'zero', 'ones', 'one'].includes(init);
    expect(digestOf(one) !== digestOf(other)).toBe(isRandom);
  });

  it('scores a row alike alone and among others', async () => {
    const { network: trained } = await trainNetwork(dropout, small, OPTIONS);
    const all = trained.predict(small.inputs);
    for (const row of [0, 1, 63, 64, 199]) {
      const values = small.inputs.values.slice(row * 6, row * 6 + 6);
      expect(trained.predict({ values, rows: 1, columns: 6 })).toEqual(all.slice(row, row + 1));
    }
  });
});

describe('a training', () => {
  it('tells of each epoch, and keeps a history', async () => {
    const epochs: [number, Scores][] = [];
    const { history } = await trainNetwork(network(6, 4), small, {
      ...OPTIONS,
      metrics: ['accuracy', 'mse', 'mae', 'mape', 'cosine'],
      validation: small,
      onEpoch: (epoch, scores) => epochs.push([epoch, scores]),
    });
    const names = [
      'loss',
      'acc',
      'mean_squared_error',
      'mean_absolute_error',
      'mean_absolute_percentage_error',
      'cosine_proximity',
    ];
    expect(Object.keys(history)).toEqual([...names, ...names.map((name) => `val_${name}`)]);
    expect(epochs.map(([epoch]) => epoch)).toEqual([1, 2, 3]);
    expect(history.loss).toEqual(epochs.map(([, scores]) => scores.loss));
  });

  it('stops when it is told to, in the middle of an epoch, and lets others work', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    const many = examples(20_000, 68, 1, xor);
    const started = performance.now();
    await expect(
      trainNetwork(network(68, 200), many, { ...OPTIONS, epochs: 100_000, signal: controller.signal }),
    ).rejects.toBe(reason);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('says when it diverged', async () => {
    const huge = examples(50, 6, 1, () => 3e38);
    await expect(
      trainNetwork(network(6, 4, 'linear'), huge, { ...OPTIONS, loss: 'mse', epochs: 50 }),
    ).rejects.toThrow(expect.objectContaining({ code: expect.stringMatching(/TRAINING_DIVERGED/) }));
  });

  const bad = (table: object) => ({ ...small, inputs: { ...small.inputs, ...table } }) as Examples;
  it.each<[string, string, Examples, object]>([
    [
      'NaN',
      'TABLE_UNUSABLE',
      bad({ values: small.inputs.values.map((v, i) => (i === 77 ? Number.NaN : v)) }),
      {},
    ],
    ['other columns', 'TABLE_UNUSABLE', bad({ rows: 400, columns: 3 }), {}],
    [
      'fewer targets',
      'TABLE_UNUSABLE',
      { ...small, targets: { values: new Float32Array(3), rows: 3, columns: 1 } },
      {},
    ],
    ['wider targets', 'TABLE_UNUSABLE', { ...small, targets: { ...small.inputs } }, {}],
    ['bad validation', 'TABLE_UNUSABLE', small, { validation: bad({ rows: 1 }) }],
    ['an unknown loss', 'NETWORK_INVALID', small, { loss: 'hinge' }],
    ['an unknown metric', 'NETWORK_INVALID', small, { metrics: ['toString'] }],
    ['no epochs', 'NETWORK_INVALID', small, { epochs: 0 }],
    ['endless epochs', 'NETWORK_INVALID', small, { epochs: Number.POSITIVE_INFINITY }],
    ['a text of epochs', 'NETWORK_INVALID', small, { epochs: '5' }],
    ['empty batches', 'NETWORK_INVALID', small, { batchSize: 0 }],
    ['a negative seed', 'NETWORK_INVALID', small, { seed: -1 }],
    ['a seed too large', 'NETWORK_INVALID', small, { seed: 2 ** 32 }],
  ])('is refused for %s', async (_, code, data, options) => {
    await expect(trainNetwork(network(6, 4), data, { ...OPTIONS, ...options })).rejects.toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('refuses to score what overflows', async () => {
    const { network: trained } = await trainNetwork(network(6, 4, 'linear', 'ones'), small, {
      ...OPTIONS,
      loss: 'mse',
    });
    const values = Float32Array.of(3e38, 3e38, 3e38, 3e38, -3e38, 3e38);
    expect(() => trained.predict({ values, rows: 1, columns: 6 })).toThrow(
      expect.objectContaining({ code: 'TABLE_UNUSABLE' }),
    );
  });
});
