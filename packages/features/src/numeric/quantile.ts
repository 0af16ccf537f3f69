type Numbers = Float64Array | Uint32Array;

/**
 * The `q` quantile (0..1) of sorted numbers, the first `count` of them, to the last bit as numpy.quantile's
 * method `linear`: of the two neighbours the nearer one is gone out from.
 */
export function quantileOfSorted(sorted: Numbers, q: number, count = sorted.length): number {
  const position = (count - 1) * q;
  const below = Math.floor(position);
  const part = position - below;
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, count - 1)];
  const step = high - low;
  return part >= 0.5 ? high - step * (1 - part) : low + step * part;
}

/** The same of numbers in any order, which are left as they are. */
export const quantile = (values: Numbers, q: number): number => quantileOfSorted(values.slice().sort(), q);

/**
 * The same of the values above 0 alone, where that of all is 0; undefined where none is above 0. The values,
 * none below 0, are left sorted.
 */
export function positiveQuantile(values: Float64Array, q: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.sort();
  const all = quantileOfSorted(sorted, q);
  if (all > 0) return all;
  const first = sorted.findIndex((value) => value > 0);
  return first < 0 ? undefined : quantileOfSorted(sorted.subarray(first), q);
}
