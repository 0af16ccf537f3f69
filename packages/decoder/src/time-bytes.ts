import type { FixedBytes } from './fixed-bytes.ts';
import { putNanos } from './text-writer.ts';

const Z = 0x5a;

/**
 * Stands for the text of a packet's time where it is written as bytes: its second, which many packets
 * share, and nine decimals.
 */
export class TimeBytes {
  readonly #isUtc: boolean;
  #second: FixedBytes | undefined;
  #nanos = 0;

  /** With `isUtc` a Z ends it. */
  constructor(isUtc: boolean) {
    this.#isUtc = isUtc;
  }

  show(second: FixedBytes, nanos: number): this {
    this.#second = second;
    this.#nanos = nanos;
    return this;
  }

  /** Answers the position behind it; up to three bytes there are written over. The caller has made room. */
  put(words: DataView, at: number): number {
    if (this.#second === undefined) return at;
    const end = putNanos(words, this.#second.put(words, at), this.#nanos);
    if (!this.#isUtc) return end;
    words.setUint8(end, Z);
    return end + 1;
  }
}
