import { describeError, type Log } from '@antinex/runtime';

/** Says once what keeps rows from being posted, and when it is over. */
export class TroubleLog {
  readonly #log: Log;
  #said = '';

  constructor(log: Log) {
    this.#log = log;
  }

  tell(error: unknown): void {
    const { line } = describeError(error);
    if (line !== this.#said) this.#log('warn', `AntiNex: ${line}; the rows wait`);
    this.#said = line;
  }

  over(): void {
    if (this.#said !== '') this.#log('info', 'AntiNex: posting goes on');
    this.#said = '';
  }
}
