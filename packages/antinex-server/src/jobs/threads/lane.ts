import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Transferable, Worker } from 'node:worker_threads';
import { fromPlainError, PipelineError } from '@antinex/runtime';
import type { Order, Report, Results, Task, ThreadSettings } from './messages.ts';

type Result = Results[Task['kind']];

interface Waiting {
  readonly id: number;
  readonly task: Task;
  readonly transfer: readonly Transferable[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const YOUNG_MEGABYTES = 64;

/** A thread that works on one task after the other; one that dies fails its task and is replaced. */
export class Lane {
  readonly #settings: ThreadSettings;
  readonly #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #worker: Worker | undefined;
  #nextId = 1;
  #isClosed = false;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  /**
   * The result of a task, in its turn.
   *
   * @param transfer buffers that the task holds and the thread takes over
   * @throws what the task throws; JOB_THREAD_DIED; at once the signal's reason
   */
  async run<K extends Task['kind']>(
    task: Task & { readonly kind: K },
    signal?: AbortSignal,
    transfer: readonly Transferable[] = [],
  ): Promise<Results[K]> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    const id = this.#nextId++;
    let onAbort: () => void = () => {};
    const result = new Promise<Result>((resolve, reject) => {
      onAbort = () => {
        reject(signal?.reason);
        this.#abort(id);
      };
      this.#queue.push({ id, task, transfer, resolve, reject });
    });
    signal?.addEventListener('abort', onAbort);
    this.#next();
    try {
      return (await result) as Results[K];
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of [...this.#queue.splice(0), this.#current].filter((one) => one !== undefined))
      reject(closed());
    this.#current = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #next(): void {
    if (this.#current !== undefined || this.#queue.length === 0) return;
    const next = this.#queue.shift()!;
    this.#current = next;
    try {
      this.#worker ??= this.#start();
      const order: Order = { id: next.id, task: next.task };
      this.#worker.postMessage(order, next.transfer);
    } catch (error) {
      this.#current = undefined;
      next.reject(error);
      this.#next();
    }
  }

  /** A task that waits goes; one that is worked on is asked to end, and the next one waits for that. */
  #abort(id: number): void {
    const place = this.#queue.findIndex((waiting) => waiting.id === id);
    if (place >= 0) this.#queue.splice(place, 1);
    else if (this.#current?.id === id) this.#worker?.postMessage({ abort: id } satisfies Order);
  }

  #start(): Worker {
    const { threadMegabytes } = this.#settings.limits;
    const worker = new Worker(workerProgram(), {
      workerData: this.#settings,
      // Without the condition that makes tests take sources, which plain Node cannot run.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: threadMegabytes, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    worker.on('message', (report: Report) => {
      const done = this.#current;
      if (worker !== this.#worker || done?.id !== report.id) return;
      this.#current = undefined;
      if ('error' in report) done.reject(fromPlainError(report.error));
      else done.resolve(report.result);
      this.#next();
    });
    worker.on('error', (error: NodeJS.ErrnoException) => this.#died(worker, reasonOf(error)));
    worker.on('exit', (code) => this.#died(worker, `it ended with code ${code}`));
    return worker;
  }

  #died(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    const failed = this.#current;
    this.#current = undefined;
    failed?.reject(new PipelineError('JOB_THREAD_DIED', { reason }));
    this.#next();
  }
}

const reasonOf = (error: NodeJS.ErrnoException) =>
  error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it needed more memory than it may have' : error.message;

const closed = () => new PipelineError('QUEUE_CLOSED', { queue: 'of jobs' });

/** A thread runs the compiled program, also where this file was loaded as TypeScript. */
function workerProgram(): string {
  const built = import.meta.url.endsWith('.ts')
    ? '../../../dist/jobs/threads/bundle/worker.js'
    : './bundle/worker.js';
  const path = fileURLToPath(new URL(built, import.meta.url));
  if (existsSync(path)) return path;
  throw new PipelineError('SYSTEM_ERROR', {
    action: 'start a thread',
    reason: 'the project is not built (npm run build)',
  });
}
