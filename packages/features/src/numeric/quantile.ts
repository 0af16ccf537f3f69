/** Up to this many values are sorted in place, which is quicker than a call into the engine. */
const FEW = 24;

/** Sorts numbers upwards, in place. */
export function sortNumbers(values: Float64Array): Float64Array {
  if (values.length > FEW) return values.sort();
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    let at = i;
    while (at > 0 && values[at - 1] > value) {
      values[at] = values[at - 1];
      at--;
    }
    values[at] = value;
  }
  return values;
}

/**
 * The `q` quantile (0..1) of sorted numbers, to the last bit as numpy.quantile's method `linear`:
 * of the two neighbours the nearer one is gone out from.
 */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const part = position - below;
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  const step = high - low;
  return part >= 0.5 ? high - step * (1 - part) : low + step * part;
}

/** The same of numbers in any order, which are left as they are. */
export const quantile = (values: ArrayLike<number>, q: number): number =>
  quantileOfSorted(sortNumbers(Float64Array.from(values)), q);

/**
 * The same of the values above 0 alone, where that of all is 0; undefined where none is above 0. The values,
 * none below 0, are left sorted.
 */
export function positiveQuantile(values: Float64Array, q: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = sortNumbers(values);
  const all = quantileOfSorted(sorted, q);
  if (all > 0) return all;
  const first = sorted.findIndex((value) => value > 0);
  return first < 0 ? undefined : quantileOfSorted(sorted.subarray(first), q);
}
