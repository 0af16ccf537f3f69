import { type Log, within } from '@antinex/runtime';
import type { JobRequest } from '../jobs/types.ts';
import { CalledOff, type Done, type Kind, type Worker } from './worker.ts';

/** What runs beside each other: a prediction never waits for a training. */
type Lane = 'predict' | 'train' | 'prepare';

/** Two predictions, so that one is read and written while the other is computed. */
const WIDTH: Readonly<Record<Lane, number>> = { predict: 2, train: 1, prepare: 1 };

/** How long to wait with work that could not be written down as done. */
const RETRY_MS = 10_000;

interface Entry {
  readonly kind: Kind;
  readonly id: number;
  /** What the lane follows from: the fields of the request that name the model. */
  readonly head: JobRequest;
  /** Kept only for what starts at once; otherwise it is read again. */
  request: JobRequest | undefined;
  lane: Lane;
  /** How many trainings had ended when the lane was last thought about. */
  trainings: number;
  readonly tell: (done: Done | undefined) => void;
}

export interface QueueOptions {
  readonly worker: Worker;
  /** Whether a request only asks a model that is there. */
  readonly isKnown: (request: JobRequest) => boolean;
  readonly log: Log;
}

/**
 * Work in the order it came, a few at a time. What is added is in the store already: a queue that ends
 * before its work does leaves the rest there, for the next one to resume.
 */
export class Queue {
  readonly #options: QueueOptions;
  readonly #waiting: Entry[] = [];
  readonly #running = new Map<Promise<void>, Lane>();
  readonly #stop = new AbortController();
  #isClosing = false;
  #trainings = 0;
  #lost = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** What was done but could not be written down, and will be done again. */
  get lost(): number {
    return this.#lost;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Resolves with what came of it; with undefined when the queue ends before. */
  add(kind: Kind, id: number, request: JobRequest): Promise<Done | undefined> {
    if (this.#isClosing) return Promise.resolve(undefined);
    return new Promise((tell) => {
      const entry = this.#entry(kind, id, request, tell);
      entry.request = request;
      this.#waiting.push(entry);
      this.#startSome();
      entry.request = undefined;
    });
  }

  /** Adds what was left by the server before; of a job all but its rows. */
  resume(kind: Kind, id: number, request: JobRequest): void {
    this.#waiting.push(this.#entry(kind, id, request));
    this.#startSome();
  }

  /** Takes no more work, gives what runs some time to end, and then calls it off. */
  async close(limitMs: number): Promise<void> {
    this.#isClosing = true;
    for (const { tell } of this.#waiting.splice(0)) tell(undefined);
    const ended = Promise.all(this.#running.keys());
    await within(limitMs, ended);
    this.#stop.abort();
    await ended;
  }

  #startSome(): void {
    for (let at = 0; at < this.#waiting.length && !this.#isClosing; ) {
      const entry = this.#waiting[at];
      const lane = this.#laneOf(entry);
      if (this.#countOf(lane) < WIDTH[lane]) {
        this.#waiting.splice(at, 1);
        this.#start(entry, lane);
      } else at++;
    }
  }

  #entry(kind: Kind, id: number, request: JobRequest, tell: Entry['tell'] = () => {}): Entry {
    const head = { label: request.label, retrain: request.retrain };
    return { kind, id, head, request: undefined, lane: 'prepare', trainings: -1, tell };
  }

  /** A model that was not there may be since the last training. */
  #laneOf(entry: Entry): Lane {
    if (entry.kind === 'job' && entry.lane !== 'predict' && entry.trainings !== this.#trainings) {
      entry.lane = this.#options.isKnown(entry.head) ? 'predict' : 'train';
      entry.trainings = this.#trainings;
    }
    return entry.lane;
  }

  #countOf(lane: Lane): number {
    let count = 0;
    for (const other of this.#running.values()) if (other === lane) count++;
    return count;
  }

  #start(entry: Entry, lane: Lane): void {
    const run = this.#run(entry).finally(() => {
      this.#running.delete(run);
      if (lane === 'train') this.#trainings++;
      this.#startSome();
    });
    this.#running.set(run, lane);
  }

  async #run(entry: Entry): Promise<void> {
    const { worker, log } = this.#options;
    const { kind, id, head, request, tell } = entry;
    try {
      tell(await worker.run(kind, id, request, this.#stop.signal));
    } catch (error) {
      tell(undefined);
      if (error instanceof CalledOff) return;
      // The store failed: a full disk, say. Nobody waits for an answer any more, but the work remains.
      log(
        'warn',
        `cannot keep what came of ${kind} ${id}, and will do it again: ${(error as Error).message}`,
      );
      this.#lost++;
      setTimeout(() => {
        this.#lost--;
        this.resume(kind, id, head);
      }, RETRY_MS).unref();
    }
  }
}
