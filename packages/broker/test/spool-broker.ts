import { PipelineError } from '@antinex/runtime';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import type { BrokerEvent, Consumer, Publisher } from '../src/types.ts';
import type { Note } from './notes.ts';

/**
 * `up`: takes batches. `away`: they wait, as with our drivers, until it is back. `mute`: the first one
 * is taken and never answered, its signal neither; the rest waits. `refusing`: publish() fails.
 */
export type State = 'up' | 'away' | 'mute' | 'refusing';

interface Job {
  readonly batch: readonly Note[];
  isTaken: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A broker over a queue in memory whose connection can be made to fail. */
export class TestBroker {
  readonly received: number[] = [];
  connections = 0;
  readonly #inner: Publisher<Note>;
  readonly #consumer: Consumer<Note>;
  readonly #listeners: ((event: BrokerEvent) => void)[] = [];
  #state: State = 'up';
  #jobs: Job[] = [];
  #isServing = false;

  private constructor(publisher: Publisher<Note>, consumer: Consumer<Note>) {
    this.#inner = publisher;
    this.#consumer = consumer;
    void this.#receive();
  }

  static async start(): Promise<TestBroker> {
    const queue = `spool-${Math.random()}`;
    return new TestBroker(
      await connectPublisher<Note>('memory:', { queue }),
      await connectConsumer<Note>('memory:', { queue }),
    );
  }

  async close(): Promise<void> {
    await this.#inner.close();
    await this.#consumer.close();
  }

  /** Changes without a word, as a broker does that hangs. */
  become(state: State): void {
    this.#state = state;
    if (state === 'away' || state === 'refusing') for (const job of this.#jobs) job.isTaken = false;
    void this.#serve();
  }

  disconnect(): void {
    this.become('away');
    for (const tell of this.#listeners)
      tell({ kind: 'disconnected', reason: 'connection closed', retryMs: 1 });
  }

  reconnect(): void {
    this.become('up');
    for (const tell of this.#listeners) tell({ kind: 'connected' });
  }

  readonly connect = async (onEvent?: (event: BrokerEvent) => void): Promise<Publisher<Note>> => {
    this.connections++;
    if (this.#state !== 'up') {
      throw new PipelineError('BROKER_UNREACHABLE', { url: 'test:', reason: 'nobody listens' });
    }
    if (onEvent) this.#listeners.push(onEvent);
    let isClosed = false;
    return {
      publish: (batch, options) => {
        if (isClosed) return Promise.reject(new PipelineError('QUEUE_CLOSED', { queue: 'test' }));
        return this.#publish(batch, options?.signal);
      },
      flush: async () => {},
      close: async () => {
        isClosed = true;
      },
    };
  };

  #publish(batch: readonly Note[], signal: AbortSignal | undefined): Promise<void> {
    if (batch.some(({ id }) => id < 0)) {
      return Promise.reject(new PipelineError('MESSAGE_TOO_LARGE', { bytes: 1, reason: 'as tests have it' }));
    }
    if (this.#state === 'refusing') return Promise.reject(new Error('refused'));
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const job: Job = { batch, isTaken: false, resolve, reject };
      this.#jobs.push(job);
      signal?.addEventListener('abort', () => {
        if (job.isTaken) return;
        this.#remove(job);
        reject(signal.reason);
      });
      void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    for (let job = this.#jobs[0]; job && this.#takes(job); job = this.#jobs[0]) {
      if (!job.isTaken) {
        job.isTaken = true;
        await this.#inner.publish(job.batch);
      }
      if (this.#state !== 'up') break;
      this.#remove(job);
      job.resolve();
    }
    this.#isServing = false;
  }

  #remove(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
  }

  #takes(job: Job): boolean {
    return this.#state === 'up' || (this.#state === 'mute' && !job.isTaken);
  }

  async #receive(): Promise<void> {
    for await (const delivery of this.#consumer.receive()) {
      this.received.push(...delivery.messages.map(({ id }) => id));
      await delivery.ack();
    }
  }
}
