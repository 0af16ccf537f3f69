/** A metric's value as it is scraped. What nobody can say is left out: unknown is not 0. */
export type MetricValue = number | 'unknown';

/** One value of a metric that has labels: `{ labels: { reason: 'queue' }, value: 3 }`. */
export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: MetricValue;
}

export interface Metric {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Called at each scrape. */
  readonly read: () => readonly LabelledValue[];
}

interface Define {
  (name: string, help: string, read: () => MetricValue): void;
  (name: string, help: string, labels: readonly string[], read: () => readonly LabelledValue[]): void;
}

/** What a program tells Prometheus about itself. */
export interface Metrics {
  /** A number that only grows while the program runs. Its name ends in `_total`. */
  readonly counter: Define;
  /** A number that goes up and down. */
  readonly gauge: Define;
  readonly all: readonly Metric[];
}

const NAME = /^[a-z]\w*$/;

/**
 * Metrics whose values are read when they are scraped, so a program counts with plain numbers and
 * pays nothing between two scrapes. Names are `<prefix>_<name>`, with base units (bytes, seconds), see
 * https://prometheus.io/docs/practices/naming/; a name that breaks the rules or exists already throws.
 *
 *     const metrics = createMetrics('capture');
 *     metrics.counter('packets_total', 'Packets received', () => ledger.received);
 *     metrics.counter('dropped_packets_total', 'Packets lost', ['reason'], () => [
 *       { labels: { reason: 'kernel' }, value: stats.kernelDrops },
 *     ]);
 */
export function createMetrics(prefix: string): Metrics {
  const all: Metric[] = [];
  const definer =
    (kind: Metric['kind']): Define =>
    (name: string, help: string, ...rest: unknown[]) => {
      const fullName = `${prefix}_${name}`;
      check(kind, fullName, all);
      const [labels, read] = rest.length === 1 ? [[], unlabelled(rest[0] as () => MetricValue)] : rest;
      all.push({ kind, name: fullName, help, labels, read } as Metric);
    };
  return { counter: definer('counter'), gauge: definer('gauge'), all };
}

const unlabelled = (read: () => MetricValue) => () => [{ labels: {}, value: read() }];

function check(kind: Metric['kind'], name: string, all: readonly Metric[]): void {
  if (!NAME.test(name)) throw new Error(`"${name}" cannot be the name of a metric`);
  if (name.endsWith('_total') !== (kind === 'counter')) {
    throw new Error(`${name}: the names of counters, and only theirs, end in _total`);
  }
  if (all.some((metric) => metric.name === name)) throw new Error(`${name} is defined twice`);
}
