import type { Bytes } from './bytes.ts';
import { RecentText } from './recent-text.ts';

const [DASH, ZERO] = Buffer.from('-0');
const MOST_DIGITS = 15;

/** Takes packets' ids, `<session>-<number>`, apart; those of a session follow each other. */
export class IdReader {
  /** Of the id that was read last. One of another form is all session, and its number 0. */
  session = '';
  number = 0;
  readonly #recent = new RecentText();

  read(text: Bytes, from: number, to: number): void {
    const { bytes } = text;
    let first = to;
    while (first > from && (bytes[first - 1] - ZERO) >>> 0 <= 9) first--;
    const digits = to - first;
    const dash = first - 1;
    const isNumbered = digits > 0 && digits <= MOST_DIGITS && bytes[first] !== ZERO;
    if (!isNumbered || dash <= from || bytes[dash] !== DASH) {
      this.session = bytes.toString('latin1', from, to);
      this.number = 0;
      return;
    }
    let number = 0;
    for (let at = first; at < to; at++) number = number * 10 + bytes[at] - ZERO;
    this.session = this.#recent.read(text, from, dash);
    this.number = number;
  }
}
