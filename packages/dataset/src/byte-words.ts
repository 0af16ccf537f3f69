/** ASCII text to be found in bytes, four of which are compared at a time. */
export class ByteWords {
  readonly text: string;
  readonly length: number;
  readonly #words: Int32Array;
  /** What of the last word counts. */
  readonly #lastMask: number;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
    const padded = Buffer.alloc(Math.ceil(text.length / 4) * 4);
    padded.write(text, 'latin1');
    this.#words = Int32Array.from({ length: padded.length / 4 }, (_, i) => padded.readInt32LE(4 * i));
    this.#lastMask = -1 >>> (8 * (padded.length - text.length));
  }

  /** Whether it stands at `at`. Near the end of `bytes` the answer may be no though it does. */
  isAt(bytes: DataView, at: number): boolean {
    const words = this.#words;
    const last = words.length - 1;
    if (at + 4 * words.length > bytes.byteLength) return false;
    for (let i = 0; i < last; i++) if (bytes.getInt32(at + 4 * i, true) !== words[i]) return false;
    return (bytes.getInt32(at + 4 * last, true) & this.#lastMask) === words[last];
  }
}
