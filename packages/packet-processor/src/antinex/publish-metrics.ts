import type { Metrics, MetricValue } from '@antinex/runtime';
import type { PublishSummary, SpoolDepth } from './counts.ts';

/** Adds the counts of posting to AntiNex to a processor's metrics. */
export function addPublishMetrics(metrics: Metrics, summary: () => PublishSummary): void {
  const byName = (label: string, pick: (one: PublishSummary) => Readonly<Record<string, number>>) => () =>
    Object.entries(pick(summary())).map(([name, value]) => ({ labels: { [label]: name }, value }));
  const waiting = (pick: (depth: SpoolDepth) => MetricValue) => (): MetricValue => {
    const { waiting: depth } = summary();
    return depth === 'unknown' ? depth : pick(depth);
  };
  metrics.gauge('antinex_posting', '1 while this processor posts for all of its folder', () =>
    summary().posting === 'here' ? 1 : 0,
  );
  metrics.counter('antinex_spooled_rows_total', 'Rows that went into the spool', () => summary().spooledRows);
  metrics.counter(
    'antinex_batches_total',
    'Requests that came back with predictions',
    () => summary().batches,
  );
  metrics.counter(
    'antinex_batch_seconds_total',
    'Time from posting these to their predictions',
    () => summary().batchSeconds,
  );
  metrics.counter('antinex_retries_total', 'Attempts to post that failed', () => summary().retries);
  metrics.counter(
    'antinex_predicted_rows_total',
    'Rows whose prediction is durable, by label',
    ['label_name'],
    byName('label_name', ({ predictedRows }) => predictedRows),
  );
  metrics.counter(
    'antinex_formless_rows_total',
    "Rows that have no form in the model's schema and were not posted",
    () => summary().formlessRows,
  );
  metrics.counter(
    'antinex_refused_rows_total',
    'Rows put aside in the folder refused, by reason',
    ['reason'],
    byName('reason', ({ refusedRows }) => refusedRows),
  );
  metrics.counter(
    'antinex_bad_predictions_total',
    'Predictions that belong to no row, or rows that have none or several',
    ['problem'],
    byName('problem', ({ badPredictions }) => badPredictions),
  );
  metrics.counter(
    'antinex_damaged_rows_total',
    'Rows in the spool that could not be read back',
    () => summary().damagedRows,
  );
  metrics.gauge(
    'antinex_spool_rows',
    'Rows that wait in all spools of the folder',
    waiting(({ rows }) => rows),
  );
  metrics.gauge(
    'antinex_spool_bytes',
    'Bytes of these',
    waiting(({ bytes }) => bytes),
  );
  metrics.gauge(
    'antinex_spool_oldest_seconds',
    'Age of the oldest of these',
    waiting(({ oldestSeconds }) => oldestSeconds ?? 'unknown'),
  );
}
