import { Counter, Gauge, Registry } from 'prom-client';
import type { Metric } from './metrics.ts';

/**
 * A registry of prom-client that reads the metrics at each scrape. Loading prom-client takes some
 * 60 ms: import this file only where somebody is to scrape.
 */
export function createRegistry(metrics: readonly Metric[]): Registry {
  const registry = new Registry();
  for (const metric of metrics) addMetric(registry, metric);
  return registry;
}

function addMetric(registry: Registry, { kind, name, help, labels, read }: Metric): void {
  const options = { name, help, labelNames: labels, registers: [registry] };
  const fresh = (instance: Counter | Gauge) => {
    instance.reset();
    // What reset() leaves of a metric without labels is a 0 nobody has counted.
    if (labels.length === 0) instance.remove({});
    return read();
  };
  if (kind === 'counter') {
    new Counter({
      ...options,
      collect() {
        for (const { labels, value } of fresh(this)) if (value !== 'unknown') this.inc(labels, value);
      },
    });
  } else {
    new Gauge({
      ...options,
      collect() {
        for (const { labels, value } of fresh(this)) if (value !== 'unknown') this.set(labels, value);
      },
    });
  }
}
