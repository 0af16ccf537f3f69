import type { AgentLedger } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { ledgerOf, noCounts } from './ledger.ts';
import { type AgentSummary, summaryText } from './summary.ts';

const empty = ledgerOf([], noCounts(), true);

const text = (ledger: Partial<AgentLedger>, others: Partial<AgentSummary> = {}): string =>
  summaryText({
    agent: 'capture-tcp',
    sources: ['eth0 (libpcap, 32 MB ring)'],
    seconds: 1.5,
    ledger: { ...empty, ...ledger },
    unaccounted: 0,
    notes: [],
    ...others,
  });

describe('summaryText', () => {
  it('tells in few lines that all is well', () => {
    expect(text({ received: 12_345, receivedBytes: 1_234_567, published: 12_345 })).toBe(
      [
        'eth0 (libpcap, 32 MB ring)',
        '12,345 packets received, 1.2 MB in 1.5 s',
        '  12,345 published',
        '  0 dropped by the kernel',
        'every packet is accounted for',
      ].join('\n'),
    );
  });

  it('tells where each packet went', () => {
    const dropped = { kernel: 5, interface: 6, queue: 7, broker: 8 };
    const ledger = { received: 36, published: 1, filtered: 2, sampled: 3, unread: 2, waiting: 2, dropped };
    expect(text(ledger).split('\n').slice(1)).toEqual([
      '36 packets received, 0 B in 1.5 s',
      '  1 published',
      '  2 filtered out',
      '  3 not in the sample',
      '  2 left unread',
      '  2 on their way',
      '  7 dropped: the queue was full',
      '  8 dropped: the broker did not confirm them',
      '  5 dropped by the kernel',
      '  6 dropped by the interface',
      'every packet is accounted for',
    ]);
  });

  it('does not call unknown what is 0, nor 0 what is unknown', () => {
    const dropped = { kernel: 'unknown', interface: 'unknown', queue: 0, broker: 0 } as const;
    const lines = text({ received: 1, published: 1, dropped }, { notes: ['cap does not say'] });
    expect(lines).toContain('1 packet received');
    expect(lines).toContain('  an unknown number dropped by the kernel');
    expect(lines).toContain('  an unknown number dropped by the interface');
    expect(lines).toContain('every packet is accounted for that came as far as this program');
    expect(lines).toMatch(/note: cap does not say$/);
  });

  it('is loud about a packet that went nowhere', () => {
    expect(text({ received: 3, published: 1 })).toContain(
      'THE LEDGER DOES NOT CLOSE: 2 packets are unaccounted for',
    );
  });

  it('names every source', () => {
    expect(text({}, { sources: ['eth0', 'lo'] })).toMatch(/^eth0\nlo\n0 packets received/);
  });
});
