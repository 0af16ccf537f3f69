import type { AgentLedger } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { agentMetrics } from './agent-metrics.ts';
import { unaccounted } from './ledger.ts';

const LEDGER: AgentLedger = {
  received: 1 + 2 + 4 + 8 + 16 + 32 + 64 + 128 + 256,
  receivedBytes: 99_999,
  published: 1,
  filtered: 2,
  sampled: 4,
  unread: 8,
  waiting: 16,
  dropped: { kernel: 32, interface: 64, queue: 128, broker: 256 },
};

/** What is scraped of a ledger: the numbers of packets by name. */
function packetsOf(ledger: AgentLedger): [name: string, values: unknown[]][] {
  const { all } = agentMetrics({ ledger: () => ledger, spooled: () => undefined });
  return all
    .filter(({ name }) => /_packets(_total)?$/.test(name))
    .map(({ name, read }) => [name, read().map(({ value }) => value)]);
}

describe('agentMetrics', () => {
  it('tells where every packet went that was received', () => {
    expect(unaccounted(LEDGER)).toBe(0);
    const [[first, received], ...others] = packetsOf(LEDGER);
    expect([first, received]).toEqual(['capture_received_packets_total', [LEDGER.received]]);
    const all = others.flatMap(([, values]) => values as number[]);
    expect(all.reduce((sum, value) => sum + value, 0)).toBe(LEDGER.received);
  });

  it('keeps unknown what nobody can count', () => {
    const ledger: AgentLedger = { ...LEDGER, dropped: { ...LEDGER.dropped, kernel: 'unknown' } };
    expect(packetsOf(ledger)).toContainEqual(['capture_dropped_packets_total', ['unknown', 64, 128, 256]]);
  });
});
