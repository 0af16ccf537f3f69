import type { ServerResponse } from 'node:http';
import { AtOnce } from '../at-once.ts';
import { busy } from './refusal.ts';

/** Answers that are on their way at a time, all together: a client may take its time to read one. */
const MOST_BYTES = 128 * 2 ** 20;
/** Each may be read from the disk and unpacked to tens of megabytes. */
const READ_AT_ONCE = 2;

/** Keeps answers with rows from filling the memory. */
export class AnswerMemory {
  readonly #reading = new AtOnce(READ_AT_ONCE);
  #bytes = 0;

  /** Makes an answer of stored rows, in its turn. @throws Refusal 503 while too much waits to be read */
  make(answer: () => Promise<string>): Promise<string> {
    return this.#reading.run(async () => {
      if (this.#bytes > MOST_BYTES) throw busy('Too many large answers are on their way.');
      return answer();
    });
  }

  /** Takes note of an answer until it is sent, or its client gone. */
  sending(text: string, response: ServerResponse): void {
    if (response.destroyed) return;
    this.#bytes += text.length;
    response.once('close', () => {
      this.#bytes -= text.length;
    });
  }
}
