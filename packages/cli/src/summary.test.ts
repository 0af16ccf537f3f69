import { describe, expect, it } from 'vitest';
import type { RunLedger } from './ledger.ts';
import { type RunSummary, summaryText } from './summary.ts';

const ledger: RunLedger = {
  received: 1500,
  receivedBytes: 123_456,
  rows: 1500,
  withoutMessage: 0,
  refused: 0,
  unread: 0,
  queueDrops: 0,
  kernelDrops: 0,
  interfaceDrops: 0,
};
const summary: RunSummary = {
  source: 'x.pcap (pcap)',
  ledger,
  truncated: 0,
  malformed: 0,
  byProtocol: { tcp: 1400, arp: 100 },
  seconds: 2,
  packetsPerSecond: 750,
  rowsInDataset: 1500,
  csv: 'x.csv',
  archive: null,
  recovered: [],
  notes: [],
};

describe('summaryText', () => {
  it('has no line for what did not happen', () => {
    expect(summaryText(summary).split('\n')).toEqual([
      'source     x.pcap (pcap)',
      'packets    1,500, 123.5 kB',
      'rows       1,500 (2.0 s, 750 packets/s)',
      'protocols  tcp 1,400, arp 100',
      'csv        x.csv',
    ]);
  });

  it('tells where each packet without a row went, and all that was odd', () => {
    const text = summaryText({
      ...summary,
      ledger: {
        ...ledger,
        rows: 1000,
        withoutMessage: 200,
        refused: 50,
        unread: 150,
        queueDrops: 100,
        kernelDrops: 7,
        interfaceDrops: 'unknown',
      },
      truncated: 3,
      malformed: 4,
      rowsInDataset: 5000,
      archive: 'x.json',
      recovered: [{ path: 'x.csv', removedBytes: 2048 }],
      notes: ['a note'],
    });
    expect(text.split('\n')).toEqual([
      'source     x.pcap (pcap)',
      'packets    1,500, 123.5 kB',
      'rows       1,000 of 5,000 in the dataset (2.0 s, 750 packets/s)',
      '           200 have no message in the legacy schema',
      '           50 make no row',
      '           150 received and not written',
      '           100 dropped: the queue was full',
      '           7 dropped by the kernel',
      '           3 cut by the snaplen',
      '           4 malformed: their rows hold what could be read',
      'protocols  tcp 1,400, arp 100',
      'recovered  x.csv: cut off 2.0 kB that no snapshot had made durable',
      'note       a note',
      'csv        x.csv',
      'archive    x.json',
    ]);
  });
});
