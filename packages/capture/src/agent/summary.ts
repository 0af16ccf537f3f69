import type { AgentLedger } from '@antinex/decoder';
import { formatBytes, formatCount, formatDuration } from '@antinex/runtime';
import type { Count } from '../source.ts';
import { unaccounted } from './ledger.ts';

/** What an agent did, as --json and /status show it. */
export interface AgentSummary {
  readonly agent: string;
  readonly sources: readonly string[];
  readonly seconds: number;
  readonly ledger: AgentLedger;
  /** 0, or the program has a fault. */
  readonly unaccounted: number;
  readonly notes: readonly string[];
}

/** The summary for people: the lines tcpdump ends with, and then where every packet went. */
export function summaryText({ sources, seconds, ledger, notes }: AgentSummary): string {
  const { received, receivedBytes, dropped } = ledger;
  const packets = received === 1 ? '1 packet' : `${formatCount(received)} packets`;
  const entries: [Count, string, always?: boolean][] = [
    [ledger.published, 'published', true],
    [ledger.filtered, 'filtered out'],
    [ledger.sampled, 'not in the sample'],
    [ledger.unread, 'left unread'],
    [ledger.waiting, 'on their way'],
    [dropped.queue, 'dropped: the queue was full'],
    [dropped.broker, 'dropped: the broker did not confirm them'],
    [dropped.kernel, 'dropped by the kernel', true],
    [dropped.interface, 'dropped by the interface'],
  ];
  return [
    ...sources,
    `${packets} received, ${formatBytes(receivedBytes)} in ${formatDuration(seconds * 1000)}`,
    ...entries
      .filter(([count, , always]) => count !== 0 || always)
      .map(([count, what]) => `  ${count === 'unknown' ? 'an unknown number' : formatCount(count)} ${what}`),
    conclusion(ledger),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

function conclusion(ledger: AgentLedger): string {
  const missing = unaccounted(ledger);
  if (missing !== 0) return `THE LEDGER DOES NOT CLOSE: ${formatCount(missing)} packets are unaccounted for`;
  const { kernel, interface: interfaces } = ledger.dropped;
  return kernel === 'unknown' || interfaces === 'unknown'
    ? 'every packet is accounted for that came as far as this program'
    : 'every packet is accounted for';
}
