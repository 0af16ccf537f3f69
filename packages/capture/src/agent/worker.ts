import { parentPort, workerData } from 'node:worker_threads';
import { toPlainError } from '@antinex/runtime';
import { LocalCrew } from './local-crew.ts';
import type { WorkerMessage, WorkerOrder, WorkerReport, WorkerTask } from './worker-messages.ts';

const REPORT_MS = 200;

/** One thread of a WorkerCrew: opens its share of the devices, waits for the order and works. */
async function work(): Promise<void> {
  const port = parentPort!;
  const say = (message: WorkerMessage): void => port.postMessage(message);
  let crew: LocalCrew | undefined;
  const report = (): WorkerReport | undefined =>
    crew && {
      ledger: crew.ledger(),
      notes: crew.notes(),
      spooled: crew.spooled(),
      ready: crew.ready() === true,
    };
  const orders = new Map<WorkerOrder, () => void>();
  port.on('message', (order: WorkerOrder) => orders.get(order)?.());
  try {
    const { plan } = workerData as WorkerTask;
    crew = await LocalCrew.open(plan, (level, text) => say({ kind: 'log', level, text }));
    const opened = crew;
    orders.set('stop', () => opened.stop()).set('abandon', () => opened.abandon());
    const mayRun = new Promise<void>((resolve) => orders.set('run', resolve));
    say({ kind: 'open', descriptions: crew.descriptions() });
    await mayRun;
    const timer = setInterval(() => say({ kind: 'report', report: report()! }), REPORT_MS);
    await crew.run().finally(() => clearInterval(timer));
    say({ kind: 'ended', report: report(), error: undefined });
  } catch (error) {
    say({ kind: 'ended', report: report(), error: toPlainError(error) });
  }
  port.close();
}

await work();
