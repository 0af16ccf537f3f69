import type { AgentLedger } from '@antinex/decoder';
import { formatBytes, formatCount, formatDuration } from '@antinex/runtime';
import type { PublishSummary } from './antinex/counts.ts';
import { publishText } from './antinex/publish-text.ts';

/** What a processor has done, as --json and /status show it. Messages and rows are those since the start. */
export interface ProcessorSummary {
  readonly processor: string;
  readonly seconds: number;
  /** Messages that were delivered; of these, how many had been delivered before. */
  readonly consumed: number;
  readonly redelivered: number;
  /** Durable. */
  readonly rows: number;
  /** Dropped, because their packet has a row. */
  readonly duplicates: number;
  /** Of packets that have no form in the legacy schema. */
  readonly formless: number;
  readonly deadLettered: Readonly<Record<string, number>>;
  /** Packets that never came, by source. */
  readonly missing: Readonly<Record<string, number>>;
  readonly agents: ReportedAgents;
  /** Age of the newest packet in the datasets. */
  readonly lagSeconds: number | 'unknown';
  readonly commits: number;
  readonly commitSeconds: number;
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
  /** Only if rows are posted to AntiNex. */
  readonly antinex?: PublishSummary;
}

/**
 * What agents told of all their sessions, as it stands in the manifest: those of earlier runs, too. What
 * another processor of the queue was told last, it has in its own.
 */
export interface ReportedAgents extends Pick<AgentLedger, 'received' | 'published' | 'dropped'> {
  /** Records of ledgers that were delivered; they are no messages. */
  readonly records: number;
  readonly sessions: number;
  /** Sessions whose last record has not come. */
  readonly open: number;
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);

/** The summary for people: what was done, and a line for each thing that went another way. */
export function summaryText(summary: ProcessorSummary): string {
  const { consumed, redelivered, rows, seconds, deadLettered, missing, agents } = summary;
  const reasons = Object.entries(deadLettered).map(([reason, count]) => `${reason} ${formatCount(count)}`);
  const others: [count: number, what: string][] = [
    [redelivered, 'had been delivered before'],
    [summary.duplicates, 'dropped: their packets have rows'],
    [summary.formless, 'have no form in the legacy schema'],
    [sum(deadLettered), `put aside in the dead-letter queue: ${reasons.join(', ')}`],
    [sum(missing), `packets never came: ${Object.entries(missing).map(missingOf).join(', ')}`],
  ];
  return [
    `${formatCount(rows)} rows of ${formatCount(consumed)} messages in ${formatDuration(seconds * 1000)}, ${formatCount(rows / seconds)} rows/s`,
    ...others.filter(([count]) => count > 0).map(([count, what]) => `  ${formatCount(count)} ${what}`),
    ...(agents.sessions > 0 ? [agentsText(agents)] : []),
    ...summary.files.map(
      ({ path, rows, bytes }) => `${path}: ${formatCount(rows)} rows, ${formatBytes(bytes)}`,
    ),
    ...(summary.antinex === undefined ? [] : publishText(summary.antinex)),
  ].join('\n');
}

const missingOf = ([source, count]: [string, number]): string => `${source} ${formatCount(count)}`;

function agentsText({ sessions, open, received, published, dropped }: ReportedAgents): string {
  const lost = Object.entries(dropped).filter(([, count]) => count !== 0);
  const counts = lost.map(([where, count]) => `${where} ${count === 'unknown' ? count : formatCount(count)}`);
  const drops = lost.length === 0 ? 'none dropped' : `dropped: ${counts.join(', ')}`;
  const still = open === 0 ? '' : ` (${formatCount(open)} not ended)`;
  const what = sessions === 1 ? '1 session' : `${formatCount(sessions)} sessions`;
  return `agents: ${what}${still}, ${formatCount(received)} packets received, ${formatCount(published)} published, ${drops}`;
}
