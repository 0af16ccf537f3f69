import type { Metrics } from './metrics.ts';

/** What is scraped at `/metrics`. */
export interface MetricsPage {
  readonly contentType: string;
  /** The values of now, as Prometheus reads them. */
  text(): Promise<string>;
  /** Stops measuring. */
  close(): void;
}

/** A program's metrics together with those of its process, and how late its event loop is. */
export async function openMetricsPage(metrics: Metrics): Promise<MetricsPage> {
  // Programs that nobody scrapes need not wait for prom-client to load.
  const [{ createRegistry }, { probeEventLoopLag, processMetrics }] = await Promise.all([
    import('./prometheus.ts'),
    import('./process-metrics.ts'),
  ]);
  const registry = createRegistry([...metrics.all, ...processMetrics()]);
  const close = probeEventLoopLag(registry);
  return { contentType: registry.contentType, text: () => registry.metrics(), close };
}
