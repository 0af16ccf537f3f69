import { readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Histogram, type Registry } from 'prom-client';
import { createMetrics, type Metric, type MetricValue } from './metrics.ts';

const LAG_PROBE_MS = 100;
const LAG_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * What every process can say about itself, under the names Prometheus' clients share: CPU time,
 * memory, open files, start.
 *
 * prom-client's own collection is not used: its event loop lag is 10 ms too high (the period of its
 * timer) and misses what follows a scrape, and under load it leaves out garbage collections.
 */
export function processMetrics(): Metric[] {
  const own = createMetrics('process');
  own.counter('cpu_user_seconds_total', 'CPU time spent in user mode', () => process.cpuUsage().user / 1e6);
  own.counter(
    'cpu_system_seconds_total',
    'CPU time spent in the kernel',
    () => process.cpuUsage().system / 1e6,
  );
  own.counter('cpu_seconds_total', 'CPU time spent', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  own.gauge('resident_memory_bytes', 'Memory in RAM', () => process.memoryUsage.rss());
  own.gauge('open_fds', 'Open file descriptors', openFiles);
  own.gauge('start_time_seconds', 'Start, in seconds since 1970', () => performance.timeOrigin / 1000);

  const node = createMetrics('nodejs');
  node.gauge('heap_size_used_bytes', 'JavaScript heap in use', () => process.memoryUsage().heapUsed);
  node.gauge('heap_size_total_bytes', 'JavaScript heap', () => process.memoryUsage().heapTotal);
  node.gauge(
    'external_memory_bytes',
    'Memory outside the heap: buffers',
    () => process.memoryUsage().external,
  );
  node.counter('eventloop_busy_seconds_total', 'Time the event loop was working', () => loop().active / 1000);
  node.counter('eventloop_idle_seconds_total', 'Time the event loop was waiting', () => loop().idle / 1000);
  return [...own.all, ...node.all];
}

const loop = () => performance.eventLoopUtilization();

function openFiles(): MetricValue {
  try {
    // One of them is the directory being read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return 'unknown';
  }
}

/** Measures every 100 ms how late a timer is, until the returned function is called. */
export function probeEventLoopLag(registry: Registry): () => void {
  const lag = new Histogram({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How late a timer fires that is set every 100 ms',
    buckets: LAG_BUCKETS,
    registers: [registry],
  });
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    lag.observe(Math.max(0, now - last - LAG_PROBE_MS) / 1000);
    last = now;
  }, LAG_PROBE_MS);
  timer.unref();
  return () => clearInterval(timer);
}
