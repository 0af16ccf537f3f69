/**
 * The quantile of sorted numbers, between two of them on the straight line, as numpy has it by default.
 *
 * @param sorted at least one, from the smallest on; infinities may be among them
 * @param share 0 ... 1
 */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  const part = place - below;
  if (part === 0 || low === high) return low;
  if (high - low === Infinity) return high === Infinity ? high : low;
  // As numpy does: from the nearer end, which is right to the last bit at both.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
