import { parentPort, workerData } from 'node:worker_threads';
import { toPlainError } from '@antinex/runtime';
import type { Order, Report, ThreadSettings } from './messages.ts';
import { TaskRunner } from './run-task.ts';

/** A thread that works on what it is sent, until it is terminated. */
const port = parentPort!;
const runner = new TaskRunner(workerData as ThreadSettings);
const running = new Map<number, AbortController>();

port.on('message', async (order: Order) => {
  if ('abort' in order) {
    running.get(order.abort)?.abort();
    return;
  }
  const { id, task } = order;
  const controller = new AbortController();
  running.set(id, controller);
  let report: Report;
  try {
    report = { id, result: await runner.run(task, controller.signal) };
  } catch (error) {
    report = { id, error: toPlainError(error) };
  }
  running.delete(id);
  port.postMessage(report);
});
