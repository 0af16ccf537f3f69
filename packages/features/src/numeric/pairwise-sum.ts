const BLOCK = 128;

/**
 * The sum of `values[from..to)`, in the order in which numpy adds (numpy/_core/src/umath,
 * pairwise_sum): eight running sums up to 128 values, halves above, so that errors stay small.
 */
export function pairwiseSum(values: Float64Array, from = 0, to = values.length): number {
  const count = to - from;
  if (count < 8) {
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i];
    return sum;
  }
  if (count <= BLOCK) return sumOfBlock(values, from, to);
  let half = count >> 1;
  half -= half % 8;
  return pairwiseSum(values, from, from + half) + pairwiseSum(values, from + half, to);
}

function sumOfBlock(values: Float64Array, from: number, to: number): number {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  let i = from;
  for (; i + 8 <= to; i += 8) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
    e += values[i + 4];
    f += values[i + 5];
    g += values[i + 6];
    h += values[i + 7];
  }
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (; i < to; i++) sum += values[i];
  return sum;
}
