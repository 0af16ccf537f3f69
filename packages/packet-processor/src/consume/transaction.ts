import { isSchema2, type Message } from '../messages/message.ts';
import type { Sinks } from '../sinks/sinks.ts';
import type { Arrival } from './arrival.ts';

/** What has been appended and is not committed yet: rows and their deliveries, which stand and fall together. */
export class Transaction {
  readonly #sinks: Sinks;
  #arrivals: Arrival[] = [];
  #messages = 0;
  #startedMs = 0;

  constructor(sinks: Sinks) {
    this.#sinks = sinks;
  }

  get isEmpty(): boolean {
    return this.#arrivals.length === 0;
  }

  /** Messages appended, whatever became of them, and ledgers. */
  get messages(): number {
    return this.#messages;
  }

  /** When the first of them was. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /**
   * Appends a delivery's ledgers and messages, until all are or there are `mostRows` rows. It also ends when a sink
   * takes no more before a commit.
   */
  async append(arrival: Arrival, mostRows: number): Promise<void> {
    if (this.isEmpty) this.#startedMs = performance.now();
    if (this.#arrivals.at(-1) !== arrival) {
      this.#arrivals.push(arrival);
      await this.#sinks.takeLedgers(arrival.ledgers);
      this.#messages += arrival.ledgers.length;
    }
    while (!arrival.isDone && this.#sinks.rows < mostRows) {
      const run = runFrom(arrival.messages, arrival.appended, mostRows - this.#sinks.rows);
      const sink = await this.#sinks.of(run[0]);
      const { taken, refusal } = await sink.append(run, arrival.suspect);
      arrival.appended += taken;
      arrival.refusal ??= refusal;
      this.#messages += taken;
      if (taken < run.length) return;
    }
  }

  /** Makes the rows durable. Answers the deliveries that are through; one that is not stays. */
  async commit(): Promise<Arrival[]> {
    await this.#sinks.commit();
    const arrivals = this.#arrivals;
    for (const arrival of arrivals) arrival.committed = arrival.appended;
    this.#restart(arrivals.filter(({ isDone }) => !isDone));
    return arrivals.filter(({ isDone }) => isDone);
  }

  /** Takes back the rows. Answers their deliveries, in order, to be appended again. */
  async undo(): Promise<Arrival[]> {
    await this.#sinks.rollback();
    const arrivals = this.#arrivals;
    for (const arrival of arrivals) arrival.appended = arrival.committed;
    this.#restart([]);
    return arrivals;
  }

  #restart(arrivals: Arrival[]): void {
    this.#arrivals = arrivals;
    this.#messages = 0;
    this.#startedMs = performance.now();
  }
}

/** The messages from one on that go to the same sink, at most so many. */
function runFrom(messages: readonly Message[], from: number, most: number): readonly Message[] {
  const kind = isSchema2(messages[from]);
  const end = Math.min(messages.length, from + most);
  let to = from + 1;
  while (to < end && isSchema2(messages[to]) === kind) to++;
  return from === 0 && to === messages.length ? messages : messages.slice(from, to);
}
