import { expect, it } from 'vitest';
import { type Metric, metricOfRow, parseMetrics } from './metrics.ts';

it.each<[Metric, number]>([
  ['accuracy', 2 / 3],
  ['mse', (0.04 + 0.16 + 9) / 3],
  ['mae', (0.2 + 0.4 + 3) / 3],
  ['mape', (20 + 40 + 300) / 3],
  ['cosine', -(0.8 + 0.6 - 2) / Math.sqrt(3 * (0.64 + 0.36 + 4))],
])('%s of a row', (metric, expected) => {
  const outputs = Float32Array.of(9, 0.8, 0.6, -2);
  const targets = Float32Array.of(9, 9, 1, 1, 1);
  expect(metricOfRow(metric, outputs, 1, targets, 2, 3)).toBeCloseTo(expected, 4);
});

it('the cosine with nothing is 0', () => {
  expect(metricOfRow('cosine', Float32Array.of(0), 0, Float32Array.of(1), 0, 1)).toBe(0);
});

it.each([[['toString']], [[7]], [[null]], [['mse', 'x']]])('%j are no metrics', (names) => {
  expect(() => parseMetrics(names)).toThrow(expect.objectContaining({ code: 'NETWORK_INVALID' }));
});
