import type { Decoding } from '../decoding.ts';

const EOL = 0;
const NOP = 1;

/** Puts an option of `size` bytes behind its kind and length into `options`. */
export type ReadOption<O> = (options: O, data: Buffer, kind: number, at: number, size: number) => void;

/** Where a header's options are; `whole` when none of them was cut off. */
export interface OptionRange {
  readonly layer: string;
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
}

/**
 * Walks the options of an IPv4 or TCP header. An impossible length ends the list and is reported; what
 * was read stays.
 */
export function walkOptions<O>(
  d: Decoding,
  { layer, from, to, whole }: OptionRange,
  options: O,
  read: ReadOption<O>,
): O {
  const { data } = d;
  let at = from;
  while (at < to) {
    const kind = data[at];
    if (kind === EOL) break;
    if (kind === NOP) {
      at++;
      continue;
    }
    const length = at + 1 < to ? data[at + 1] : 0;
    if (length < 2 || at + length > to) {
      const reason = `option ${kind} has length ${length}, ${to - at} bytes are there`;
      if (whole) d.malformed(layer, reason);
      else d.fail(layer, reason);
      break;
    }
    read(options, data, kind, at + 2, length - 2);
    at += length;
  }
  return options;
}
