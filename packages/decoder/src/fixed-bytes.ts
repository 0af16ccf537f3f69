/** Text that is written again and again, four bytes at a time: up to three bytes behind it are written over. */
export class FixedBytes {
  readonly length: number;
  readonly #words: Int32Array;

  constructor(text: string) {
    const bytes = Buffer.from(text);
    const padded = Buffer.alloc((bytes.length + 3) & ~3);
    bytes.copy(padded);
    this.length = bytes.length;
    this.#words = Int32Array.from({ length: padded.length / 4 }, (_, i) => padded.readInt32BE(4 * i));
  }

  /** Answers the position behind it. The caller has made room. */
  put(into: DataView, at: number): number {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) into.setInt32(at + 4 * i, words[i]);
    return at + this.length;
  }
}
