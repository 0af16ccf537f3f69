import { pairwiseSum } from '../numeric/pairwise-sum.ts';
import { quantileOfSorted } from '../numeric/quantile.ts';
import { sortSizes } from './sort-sizes.ts';

/**
 * Puts the twelve values of STATS (see STATISTICS) from `at` on: those of a flow of `duration` seconds, the
 * sizes of whose packets are the first `packets` values, which are left sorted. Rates of a flow without
 * duration are 0. The deviation is that of all packets, not of a sample.
 */
export function putStatistics(
  duration: number,
  sizes: Uint32Array,
  packets: number,
  out: Float64Array,
  at: number,
): void {
  const bytes = sum(sizes, packets);
  const mean = bytes / packets;
  out[at] = duration;
  out[at + 1] = duration === 0 ? 0 : packets / duration;
  out[at + 2] = duration === 0 ? 0 : bytes / duration;
  out[at + 3] = mean;
  out[at + 4] = deviation(sizes, packets, mean);
  sortSizes(sizes, packets);
  out[at + 5] = quantileOfSorted(sizes, 0.25, packets);
  out[at + 6] = quantileOfSorted(sizes, 0.5, packets);
  out[at + 7] = quantileOfSorted(sizes, 0.75, packets);
  out[at + 8] = sizes[0];
  out[at + 9] = sizes[packets - 1];
  out[at + 10] = packets;
  out[at + 11] = bytes;
}

/** Exact in any order: numpy's gives the same. */
function sum(values: Uint32Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += values[i];
  return total;
}

function deviation(values: Uint32Array, count: number, mean: number): number {
  if (count > squares.length) squares = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) squares[i] = (values[i] - mean) * (values[i] - mean);
  return Math.sqrt(pairwiseSum(squares, 0, count) / count);
}

let squares = new Float64Array(1024);
