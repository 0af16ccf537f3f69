import type { Publisher } from './antinex/publisher.ts';
import type { Processor } from './consume/processor.ts';
import type { NamedCounts } from './named-counts.ts';
import type { Sinks } from './sinks/sinks.ts';
import type { ProcessorSummary, ReportedAgents } from './summary.ts';

export interface ReportParts {
  readonly name: string;
  readonly startedMs: number;
  readonly sinks: Sinks;
  readonly publisher: Pick<Publisher, 'summary'> | undefined;
  readonly deadLetters: NamedCounts;
  /** Undefined until the broker is there. */
  readonly processor: Processor | undefined;
}

/** What a processor has done up to now. */
export function reportOf(parts: ReportParts): ProcessorSummary {
  const { name, startedMs, sinks, publisher, deadLetters, processor } = parts;
  const counts = sinks.all.map((sink) => sink.counts);
  const total = (pick: (one: (typeof counts)[number]) => number) =>
    counts.reduce((all, one) => all + pick(one), 0);
  return {
    processor: name,
    seconds: (performance.now() - startedMs) / 1000,
    consumed: processor?.counts.consumed ?? 0,
    redelivered: processor?.counts.redelivered ?? 0,
    rows: total(({ rows }) => rows),
    duplicates: total(({ duplicates }) => duplicates),
    formless: total(({ formless }) => formless),
    deadLettered: deadLetters.byName(),
    missing: missingIn(sinks),
    agents: agentsIn(sinks, processor),
    lagSeconds: lagOf(sinks),
    commits: processor?.counts.commits ?? 0,
    commitSeconds: (processor?.counts.commitMs ?? 0) / 1000,
    files: sinks.all.flatMap(({ files }) => files),
    ...(publisher && { antinex: publisher.summary() }),
  };
}

function agentsIn({ main }: Sinks, processor: Processor | undefined): ReportedAgents {
  const { sessions, open, received, published, dropped } = main.agents;
  return { records: processor?.counts.ledgers ?? 0, sessions, open, received, published, dropped };
}

function missingIn(sinks: Sinks): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { missing } of sinks.all) {
    for (const [source, count] of missing) sums.set(source, (sums.get(source) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}

/** The times that messages write, UTC with a `Z` or local without, are those that Date reads. */
function lagOf(sinks: Sinks): number | 'unknown' {
  const times = sinks.all.map(({ lastTime }) => Date.parse(lastTime ?? '')).filter((ms) => !Number.isNaN(ms));
  return times.length === 0 ? 'unknown' : (Date.now() - Math.max(...times)) / 1000;
}
