import { expect, it } from 'vitest';
import { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';
import { fitDetector } from '../fit-detector.ts';

/** Six columns that two numbers make up. */
function drawn(rows: number, seed: number): Matrix {
  const random = new RandomState(seed);
  const values = Array.from({ length: rows }, () => {
    const [a, b] = [random.normal(), random.normal()];
    return [a, b, a + b, a - b, 2 * a, -b];
  });
  return { values: Float64Array.from(values.flat()), rows, columns: 6 };
}
const quick = { hid_dim: 8, lat_dim: 2, epochs: 40 };
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

it('lets through what is made like the training rows, and nothing else', async () => {
  const detector = await fitDetector('AE', drawn(600, 1), { parameters: quick });
  const random = new RandomState(9);
  const other = {
    values: Float64Array.from({ length: 600 }, () => random.normal() * 1.5),
    rows: 100,
    columns: 6,
  };
  expect(mean(detector.score(other))).toBeGreaterThan(3 * mean(detector.score(drawn(100, 2))));
});

it('tells the loss of rows it did not learn from, if there are any', async () => {
  const facts = async (validation_size: number) =>
    (await fitDetector('AE', drawn(40, 1), { compat: true, parameters: { ...quick, validation_size } })).parts
      .facts;
  expect((await facts(0.5)).validation_loss).toBeGreaterThan(0);
  expect((await facts(0)).validation_loss).toBeUndefined();
  expect((await facts(0.02)).validation_loss).toBeUndefined();
});

it('learns other weights from another seed, with dropout and by another loss', async () => {
  const scores = await Promise.all(
    [
      {},
      { random_state: 7 },
      { dropout_rate: 0.3 },
      { loss: 'mae' },
      { lr: 0.01 },
      { l2_regularizer: 0.5 },
    ].map(async (parameters) =>
      (await fitDetector('AE', drawn(60, 1), { parameters: { ...quick, epochs: 4, ...parameters } })).score(
        drawn(3, 2),
      ),
    ),
  );
  expect(new Set(scores.map(String)).size).toBe(scores.length);
});

it('is refused where a network would be too large', async () => {
  const parameters = { hid_dim: 16_384, lat_dim: 16_384 };
  await expect(fitDetector('AE', drawn(9, 1), { parameters })).rejects.toMatchObject({
    code: 'NETWORK_INVALID',
  });
});
