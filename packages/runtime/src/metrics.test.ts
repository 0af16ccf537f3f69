import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricValue } from './metrics.ts';
import { createRegistry } from './prometheus.ts';

describe('createMetrics', () => {
  it('reads values when they are scraped, not before', async () => {
    let packets = 0;
    let reads = 0;
    const metrics = createMetrics('capture');
    metrics.counter('packets_total', 'Packets received', () => {
      reads++;
      return packets;
    });
    const registry = createRegistry(metrics.all);
    packets = 41;
    expect(reads).toBe(0);
    expect(await registry.metrics()).toBe(
      '# HELP capture_packets_total Packets received\n' +
        '# TYPE capture_packets_total counter\n' +
        'capture_packets_total 41\n',
    );
    packets++;
    expect(await registry.metrics()).toContain('\ncapture_packets_total 42\n');
    expect(reads).toBe(2);
  });

  it('leaves out what is unknown, and shows it once it is known', async () => {
    let drops: MetricValue = 'unknown';
    const metrics = createMetrics('capture');
    metrics.counter('kernel_drops_total', 'Drops', () => drops);
    metrics.gauge('lag_seconds', 'Lag', () => drops);
    metrics.counter('dropped_packets_total', 'Drops', ['reason'], () => [
      { labels: { reason: 'kernel' }, value: drops },
      { labels: { reason: 'queue' }, value: 0 },
    ]);
    const registry = createRegistry(metrics.all);
    const samples = async () => (await registry.metrics()).split('\n').filter((line) => /^[^#]/.test(line));
    const queue = 'capture_dropped_packets_total{reason="queue"} 0';
    expect(await samples()).toEqual([queue]);
    drops = 7;
    expect(await samples()).toEqual([
      'capture_kernel_drops_total 7',
      'capture_lag_seconds 7',
      'capture_dropped_packets_total{reason="kernel"} 7',
      queue,
    ]);
    drops = 'unknown';
    expect(await samples()).toEqual([queue]);
  });

  it('forgets labels that are not there any more', async () => {
    let shards = ['a', 'b'];
    const metrics = createMetrics('broker');
    metrics.gauge('queue_messages', 'Waiting', ['shard', 'kind'], () =>
      shards.map((shard) => ({ labels: { shard, kind: 'x' }, value: 1 })),
    );
    const registry = createRegistry(metrics.all);
    expect(await registry.metrics()).toContain('broker_queue_messages{shard="b",kind="x"} 1');
    shards = ['a'];
    expect(await registry.metrics()).not.toContain('shard="b"');
  });

  it('escapes hostile label values', async () => {
    const metrics = createMetrics('a');
    metrics.gauge('b', 'c', ['d'], () => [{ labels: { d: 'x"} 1\n\\' }, value: 2 }]);
    expect(await createRegistry(metrics.all).metrics()).toContain('a_b{d="x\\"} 1\\n\\\\"} 2\n');
  });

  it('refuses names that break the conventions or exist already', () => {
    const metrics = createMetrics('capture');
    metrics.gauge('queue_bytes', 'Waiting', () => 0);
    expect(() => metrics.counter('packets', '', () => 0)).toThrow(/end in _total/);
    expect(() => metrics.gauge('packets_total', '', () => 0)).toThrow(/end in _total/);
    expect(() => metrics.gauge('queue-bytes', '', () => 0)).toThrow(/cannot be the name/);
    expect(() => metrics.gauge('queue_bytes', '', () => 0)).toThrow(/defined twice/);
  });
});
