import { EXP_SERIES, LN2_HIGH, LN2_LOW, POWERS } from '../data/exact-math.ts';
import { BLOCK_ROWS, type DistanceTask, LEAST_EXPONENT, ROUNDER, type RowKernels } from './row-kernels.ts';

/** The kernels in plain JavaScript, for machines without SIMD. */
export function plainRowKernels(numbers: number): RowKernels {
  const memory = new Float64Array(numbers);
  return {
    memory,
    squaredDistances: (task) => squaredDistances(memory, task),
    exponentials: (values, count, scale, offset) => exponentials(memory, values, count, scale, offset),
  };
}

function squaredDistances(memory: Float64Array, task: DistanceTask): void {
  const { queries, queryCount, rows, rowCount, columns, out, outStride } = task;
  for (let block = 0; block < rowCount; block += BLOCK_ROWS) {
    const blockAt = rows + block * columns;
    for (let query = 0; query < queryCount; query++) {
      const queryAt = queries + query * columns;
      const outAt = out + query * outStride + block;
      // Four sums at a time stay in registers.
      for (let lane = 0; lane < BLOCK_ROWS; lane += 4) {
        let sum0 = 0;
        let sum1 = 0;
        let sum2 = 0;
        let sum3 = 0;
        for (let column = 0, at = blockAt + lane; column < columns; column++, at += BLOCK_ROWS) {
          const value = memory[queryAt + column];
          const d0 = memory[at] - value;
          const d1 = memory[at + 1] - value;
          const d2 = memory[at + 2] - value;
          const d3 = memory[at + 3] - value;
          sum0 += d0 * d0;
          sum1 += d1 * d1;
          sum2 += d2 * d2;
          sum3 += d3 * d3;
        }
        memory[outAt + lane] = sum0;
        memory[outAt + lane + 1] = sum1;
        memory[outAt + lane + 2] = sum2;
        memory[outAt + lane + 3] = sum3;
      }
    }
  }
}

function exponentials(memory: Float64Array, values: number, count: number, scale: number, offset: number) {
  const last = EXP_SERIES.length - 1;
  for (let at = values; at < values + count; at++) {
    const x = scale * (memory[at] - offset);
    if (!(x >= LEAST_EXPONENT)) {
      memory[at] = 0;
      continue;
    }
    const exponent = x * Math.LOG2E + ROUNDER - ROUNDER;
    const rest = x - exponent * LN2_HIGH - exponent * LN2_LOW;
    let sum = EXP_SERIES[last];
    for (let n = last - 1; n >= 0; n--) sum = sum * rest + EXP_SERIES[n];
    memory[at] = sum * POWERS[exponent + 1022];
  }
}
