import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type AgentLedger, addLedgers } from '@antinex/decoder';
import type { Log } from '@antinex/runtime';
import { fromPlainError, PipelineError, type Readiness } from '@antinex/runtime';
import type { Crew } from './crew.ts';
import { ledgerOf, noCounts } from './ledger.ts';
import type { PipelinePlan } from './plan.ts';
import type { WorkerMessage, WorkerOrder, WorkerReport, WorkerTask } from './worker-messages.ts';

/**
 * Threads that share the devices out by flow (PACKET_FANOUT_HASH): each captures, decodes and publishes
 * for itself, so a flow's packets stay in order, and each has a session and a spool of its own.
 */
export class WorkerCrew implements Crew {
  private readonly threads: readonly Thread[];

  private constructor(threads: readonly Thread[]) {
    this.threads = threads;
  }

  static async open(plan: PipelinePlan, workers: number, log: Log): Promise<WorkerCrew> {
    // By chance: in containers, several agents on one device may have the same process number.
    const group = randomInt(GROUPS);
    const threads = Array.from({ length: workers }, (_, i) => {
      return new Thread(shareOf(plan, i, group), (level, text) => log(level, `worker ${i + 1}: ${text}`));
    });
    const opened = await Promise.allSettled(threads.map((thread) => thread.opened));
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed === undefined) return new WorkerCrew(threads);
    await Promise.all(threads.map((thread) => thread.terminate()));
    throw failed.reason;
  }

  descriptions(): readonly string[] {
    return this.threads[0].descriptions.map((text) => `${text}, ${this.threads.length} workers`);
  }

  ledger(): AgentLedger {
    return addLedgers(this.threads.map(({ report }) => report?.ledger ?? ledgerOf([], noCounts(), true)));
  }

  notes(): readonly string[] {
    return [...new Set(this.threads.flatMap(({ report }) => report?.notes ?? []))];
  }

  spooled(): number | undefined {
    const counts = this.threads.map(({ report }) => report?.spooled);
    return counts.every((count) => count === undefined)
      ? undefined
      : counts.reduce<number>((all, count) => all + (count ?? 0), 0);
  }

  ready(): Readiness {
    const late = this.threads.filter(({ report }) => !report?.ready).length;
    return late === 0
      ? true
      : { ready: false, reason: `${late} of ${this.threads.length} workers are not ready` };
  }

  /** When one fails, the others end too: part of the flows would be missing without a sign. */
  async run(): Promise<void> {
    const runs = this.threads.map((thread) =>
      thread.run().catch((error: unknown) => {
        this.stop();
        throw error;
      }),
    );
    for (const end of await Promise.allSettled(runs)) if (end.status === 'rejected') throw end.reason;
  }

  stop(): void {
    for (const thread of this.threads) thread.order('stop');
  }

  abandon(): void {
    for (const thread of this.threads) thread.order('abandon');
  }
}

/** The kernel knows groups of sockets that share a device by 16 bits. */
const GROUPS = 2 ** 16;

/** `group` is that of the first device, each further one has the next. */
function shareOf(plan: PipelinePlan, index: number, group: number): PipelinePlan {
  const { inputs, messages, spool } = plan;
  if ('file' in inputs) {
    throw new PipelineError('CONFIG_INVALID', {
      problems: ['--workers is for live captures and not for --read'],
    });
  }
  return {
    ...plan,
    inputs: inputs.map((input, device) => ({
      ...input,
      fanoutGroup: (group + device) % GROUPS,
    })),
    messages: { ...messages, session: `${messages.session}.${index}` },
    spool: { ...spool, folder: join(spool.folder, String(index)) },
  };
}

/** A worker thread, seen from the main one. */
class Thread {
  report: WorkerReport | undefined;
  descriptions: readonly string[] = [];
  readonly opened: Promise<void>;
  private readonly worker: Worker;
  private readonly ended: Promise<void>;

  constructor(plan: PipelinePlan, log: Log) {
    const workerData: WorkerTask = { plan };
    this.worker = new Worker(workerProgram(), { workerData });
    let open = (): void => {};
    const isOpen = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.ended = new Promise((resolve, reject) => {
      this.worker.on('error', reject);
      this.worker.on('exit', () => reject(new Error('a worker ended before its time')));
      this.worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'log') log(message.level, message.text);
        else if (message.kind === 'report') this.report = message.report;
        else if (message.kind === 'open') {
          this.descriptions = message.descriptions;
          open();
        } else {
          this.report = message.report ?? this.report;
          if (message.error) reject(fromPlainError(message.error));
          else resolve();
        }
      });
    });
    this.ended.catch(() => {});
    this.opened = Promise.race([isOpen, this.ended]);
  }

  run(): Promise<void> {
    this.order('run');
    return this.ended;
  }

  order(order: WorkerOrder): void {
    this.worker.postMessage(order);
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }
}

/** A thread runs the compiled program, also where this file was loaded as TypeScript. */
function workerProgram(): string {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/agent/bundle/worker.js' : './bundle/worker.js';
  const path = fileURLToPath(new URL(built, import.meta.url));
  if (existsSync(path)) return path;
  throw new PipelineError('CAPTURE_UNAVAILABLE', { reason: 'the project is not built (npm run build)' });
}
