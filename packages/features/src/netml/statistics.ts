import { pairwiseSum } from '../numeric/pairwise-sum.ts';
import { quantileOfSorted, sortNumbers } from '../numeric/quantile.ts';

/**
 * Puts the twelve values of STATS (see STATISTICS) from `at` on: those of a flow of `duration` seconds
 * with these packet sizes, which are left sorted. Rates of a flow without duration are 0. The deviation is
 * that of all packets, not of a sample.
 */
export function putStatistics(duration: number, sizes: Float64Array, out: Float64Array, at: number): void {
  const packets = sizes.length;
  const bytes = pairwiseSum(sizes);
  const mean = bytes / packets;
  out[at] = duration;
  out[at + 1] = duration === 0 ? 0 : packets / duration;
  out[at + 2] = duration === 0 ? 0 : bytes / duration;
  out[at + 3] = mean;
  out[at + 4] = deviation(sizes, mean);
  sortNumbers(sizes);
  out[at + 5] = quantileOfSorted(sizes, 0.25);
  out[at + 6] = quantileOfSorted(sizes, 0.5);
  out[at + 7] = quantileOfSorted(sizes, 0.75);
  out[at + 8] = sizes[0];
  out[at + 9] = sizes[packets - 1];
  out[at + 10] = packets;
  out[at + 11] = bytes;
}

function deviation(values: Float64Array, mean: number): number {
  const count = values.length;
  if (count > squares.length) squares = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) squares[i] = (values[i] - mean) * (values[i] - mean);
  return Math.sqrt(pairwiseSum(squares, 0, count) / count);
}

let squares = new Float64Array(1024);
