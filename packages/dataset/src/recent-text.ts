import { ByteWords } from './byte-words.ts';
import type { Bytes } from './bytes.ts';

/** Makes strings of bytes, where most are the same as those before. */
export class RecentText {
  #last = new ByteWords('');

  read({ bytes, words }: Bytes, from: number, to: number): string {
    if (this.#last.length !== to - from || !this.#last.isAt(words, from)) {
      this.#last = new ByteWords(bytes.toString('latin1', from, to));
    }
    return this.#last.text;
  }
}
