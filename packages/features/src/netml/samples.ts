import { floorDivide } from '../numeric/floor-divide.ts';

/** Empty windows that netml writes for one gap, and windows that it writes at most. */
const NETML_MOST = 500;

/**
 * Puts how much came in each window of `window` seconds from `at` on, in `width` columns. Windows follow
 * one another from the first packet; a packet at the end of one belongs to it.
 *
 * @param times seconds, in order; `count` of them
 * @param amounts what each packet counts for; undefined for 1
 * @param isNetml stops where netml does, after 500 windows; and puts a packet at the end of a window into the
 *   next one where windows before it are empty
 */
export function putSamples(
  times: Float64Array,
  amounts: Uint32Array | undefined,
  count: number,
  window: number,
  isNetml: boolean,
  out: Float64Array,
  at: number,
  width: number,
): void {
  const most = isNetml ? Math.min(width, NETML_MOST) : width;
  out.fill(0, at, at + width);
  let column = 0;
  let start = times[0];
  for (let i = 0; i < count; i++) {
    const time = times[i];
    if (time - start > window) {
      if (isNetml) start += window;
      const later = isNetml ? floorDivide(time - start, window) : Math.ceil((time - start) / window) - 1;
      column += isNetml ? 1 + later : later;
      start += later * window;
    }
    if (column >= most) return;
    out[at + column] += amounts === undefined ? 1 : amounts[i];
  }
}
