import { createMetrics, type Metrics } from '@antinex/runtime';
import type { Crew } from './crew.ts';

/** An agent's ledger for Prometheus. */
export function agentMetrics(crew: Pick<Crew, 'ledger' | 'spooled'>): Metrics {
  const metrics = createMetrics('capture');
  metrics.counter(
    'received_packets_total',
    'Packets that matched the filter at the device',
    () => crew.ledger().received,
  );
  metrics.counter(
    'received_bytes_total',
    'Captured bytes of packets taken in',
    () => crew.ledger().receivedBytes,
  );
  metrics.counter('published_packets_total', 'Packets the broker confirmed', () => crew.ledger().published);
  metrics.counter(
    'filtered_packets_total',
    'Packets the filter or the schema leaves out',
    () => crew.ledger().filtered,
  );
  metrics.counter(
    'sampled_out_packets_total',
    'Packets of flows outside the sample',
    () => crew.ledger().sampled,
  );
  metrics.counter(
    'unread_packets_total',
    'Packets behind the last that was wanted, or behind a failure',
    () => crew.ledger().unread,
  );
  metrics.counter('dropped_packets_total', 'Packets lost, by where', ['where'], () =>
    Object.entries(crew.ledger().dropped).map(([where, value]) => ({ labels: { where }, value })),
  );
  metrics.gauge('waiting_packets', 'Packets on their way to the broker', () => crew.ledger().waiting);
  metrics.gauge(
    'spooled_messages',
    'Packets in the spool, and records of this ledger',
    () => crew.spooled() ?? 'unknown',
  );
  return metrics;
}
