/** Up to this many values are sorted here, which is quicker than a call into the engine. */
const FEW = 24;

/** Sorts the first `count` sizes upwards, in place. */
export function sortSizes(sizes: Uint32Array, count: number): void {
  if (count > FEW) {
    sizes.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const size = sizes[i];
    let at = i;
    while (at > 0 && sizes[at - 1] > size) {
      sizes[at] = sizes[at - 1];
      at--;
    }
    sizes[at] = size;
  }
}
