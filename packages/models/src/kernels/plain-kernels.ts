import { ADAM, type Kernels, type Product, TINY_MOMENT } from './kernels.ts';

const { fround, abs, sqrt } = Math;

const BETA1 = fround(ADAM.beta1);
const REST1 = fround(1 - ADAM.beta1);
const BETA2 = fround(ADAM.beta2);
const REST2 = fround(1 - ADAM.beta2);
const EPSILON = fround(ADAM.epsilon);

/**
 * The kernels in plain JavaScript, for machines without SIMD. A store into a Float32Array rounds as
 * fround does, and rounding a float64 sum, quotient or root of float32 numbers gives the float32 result.
 */
export function plainKernels(floats: number): Kernels {
  const memory = new Float32Array(floats);
  return {
    memory,
    multiply: (product) => multiply(memory, product),
    relu(values, count) {
      for (let i = values; i < values + count; i++) if (memory[i] < 0) memory[i] = 0;
    },
    reluGradient(deltas, outputs, count) {
      for (let i = 0; i < count; i++) if (!(memory[outputs + i] > 0)) memory[deltas + i] = 0;
    },
    adam: (weights, count, rate) => adam(memory, weights, count, fround(rate)),
  };
}

function multiply(memory: Float32Array, product: Product): void {
  const { a, aRowStride, aColumnStride, b, bRowStride, bias, c, cRowStride, rows, columns, depth } = product;
  // Four sums at a time stay in registers; each still takes its products in the order of the depth.
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 4) {
      let sum0 = memory[bias + column];
      let sum1 = memory[bias + column + 1];
      let sum2 = memory[bias + column + 2];
      let sum3 = memory[bias + column + 3];
      let aAt = a + row * aRowStride;
      let bAt = b + column;
      for (let k = 0; k < depth; k++) {
        const factor = memory[aAt];
        sum0 = fround(sum0 + fround(factor * memory[bAt]));
        sum1 = fround(sum1 + fround(factor * memory[bAt + 1]));
        sum2 = fround(sum2 + fround(factor * memory[bAt + 2]));
        sum3 = fround(sum3 + fround(factor * memory[bAt + 3]));
        aAt += aColumnStride;
        bAt += bRowStride;
      }
      const cAt = c + row * cRowStride + column;
      memory[cAt] = sum0;
      memory[cAt + 1] = sum1;
      memory[cAt + 2] = sum2;
      memory[cAt + 3] = sum3;
    }
  }
}

function adam(memory: Float32Array, weights: number, count: number, rate: number): void {
  for (let i = weights; i < weights + count; i++) {
    const gradient = memory[i + count];
    let mean = fround(fround(memory[i + 2 * count] * BETA1) + fround(gradient * REST1));
    let square = fround(fround(memory[i + 3 * count] * BETA2) + fround(fround(gradient * gradient) * REST2));
    if (!(abs(mean) > TINY_MOMENT)) mean = 0;
    if (!(square > TINY_MOMENT)) square = 0;
    memory[i + 2 * count] = mean;
    memory[i + 3 * count] = square;
    memory[i] -= fround(fround(rate * mean) / fround(fround(sqrt(square)) + EPSILON));
  }
}
