import { createMetrics, type Metrics } from '@antinex/runtime';
import { addPublishMetrics } from './antinex/publish-metrics.ts';
import type { ProcessorSummary } from './summary.ts';

/** A processor's counts for Prometheus. */
export function processorMetrics(summary: () => ProcessorSummary): Metrics {
  const metrics = createMetrics('processor');
  metrics.counter('consumed_messages_total', 'Messages that were delivered', () => summary().consumed);
  metrics.counter(
    'redelivered_messages_total',
    'Messages that had been delivered before, to this processor or another',
    () => summary().redelivered,
  );
  metrics.counter('rows_total', 'Rows that are durable', () => summary().rows);
  metrics.counter(
    'duplicate_messages_total',
    'Messages dropped because their packet has a row',
    () => summary().duplicates,
  );
  metrics.counter(
    'formless_messages_total',
    'Messages of packets that have no form in the legacy schema',
    () => summary().formless,
  );
  metrics.counter('dead_lettered_messages_total', 'Messages put aside, by reason', ['reason'], () =>
    Object.entries(summary().deadLettered).map(([reason, value]) => ({ labels: { reason }, value })),
  );
  metrics.gauge(
    'missing_packets',
    'Packets whose numbers are missing between others of their source; they may be with another processor',
    ['source'],
    () => Object.entries(summary().missing).map(([source, value]) => ({ labels: { source }, value })),
  );
  metrics.counter(
    'agent_records_total',
    "Records of agents' ledgers that were delivered",
    () => summary().agents.records,
  );
  metrics.gauge(
    'agent_sessions',
    'Sessions whose agents told their ledger; open: the last record has not come',
    ['state'],
    () => {
      const { sessions, open } = summary().agents;
      return [
        { labels: { state: 'open' }, value: open },
        { labels: { state: 'ended' }, value: sessions - open },
      ];
    },
  );
  metrics.gauge(
    'agent_received_packets',
    'Packets that these agents received',
    () => summary().agents.received,
  );
  metrics.gauge('agent_published_packets', 'Packets that they published', () => summary().agents.published);
  metrics.gauge('agent_dropped_packets', 'Packets that they lost, by where', ['where'], () =>
    Object.entries(summary().agents.dropped).map(([where, value]) => ({ labels: { where }, value })),
  );
  metrics.gauge('lag_seconds', 'Age of the newest packet in the dataset', () => summary().lagSeconds);
  metrics.counter('commits_total', 'Times that rows were made durable', () => summary().commits);
  metrics.counter('commit_seconds_total', 'Time this took', () => summary().commitSeconds);
  metrics.gauge('dataset_rows', 'Rows in the datasets being written', ['path'], () =>
    summary().files.map(({ path, rows }) => ({ labels: { path }, value: rows })),
  );
  metrics.gauge('dataset_bytes', 'Bytes of the datasets being written', ['path'], () =>
    summary().files.map(({ path, bytes }) => ({ labels: { path }, value: bytes })),
  );
  const { antinex } = summary();
  if (antinex !== undefined) addPublishMetrics(metrics, () => summary().antinex ?? antinex);
  return metrics;
}
