import { createMetrics, type Metrics } from '@antinex/runtime';
import type { AnswerCounts } from './http/answer-counts.ts';
import type { LoginGuard } from './http/login-guard.ts';
import type { Queue } from './queue/queue.ts';
import type { Worker } from './queue/worker.ts';
import type { Jobs } from './store/jobs.ts';

export interface Measured {
  readonly answers: AnswerCounts;
  readonly guard: LoginGuard;
  readonly queue: Queue;
  readonly worker: Worker;
  readonly jobs: Jobs;
}

/** What the server tells Prometheus about its work. */
export function serverMetrics({ answers, guard, queue, worker, jobs }: Measured): Metrics {
  const metrics = createMetrics('antinex_server');
  metrics.counter('answers_total', 'Requests answered, by status', ['status'], () =>
    answers.byStatus().map(([status, value]) => ({ labels: { status }, value })),
  );
  metrics.counter('failed_logins_total', 'Logins with a wrong name or password', () => guard.failed);
  metrics.counter('throttled_logins_total', 'Logins put off, for there were too many', () => guard.throttled);
  metrics.counter('work_total', 'Trainings, predictions and datasets that ended', ['end'], () => {
    const { trained, predicted, prepared, failed } = worker.counts;
    return Object.entries({ trained, predicted, prepared, failed }).map(([end, value]) => ({
      labels: { end },
      value,
    }));
  });
  metrics.counter('predicted_rows_total', 'Rows predicted', () => worker.counts.predictedRows);
  metrics.gauge('waiting', 'Jobs and datasets that wait', () => queue.waiting);
  metrics.gauge('running', 'Jobs and datasets at work', () => queue.running);
  metrics.gauge('kept_bytes', 'Rows and predictions kept, as stored', () => jobs.keptBytes);
  return metrics;
}
