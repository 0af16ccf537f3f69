import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { example, MIXED_PACKETS, pcapOf } from './captures.ts';
import { rowsOf } from './csv.ts';
import { netpipe } from './netpipe.ts';
import { messagesOf, run } from './run.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const MIXED = example('mixed');

describe('the ledger closes', () => {
  const closes = ({ received, rows, withoutMessage, refused, unread, queueDrops }: Record<string, number>) =>
    expect(rows + withoutMessage + refused + unread + queueDrops).toBe(received);

  test('a whole file: every packet is a row', async () => {
    const csv = scratch('whole.csv');
    const summary = await run(['--read', MIXED, '--output-csv', csv]);
    const received = MIXED_PACKETS;
    expect(summary.ledger).toMatchObject({
      received,
      rows: received,
      withoutMessage: 0,
      refused: 0,
      unread: 0,
    });
    expect(summary.ledger).toMatchObject({ queueDrops: 0, kernelDrops: 0, interfaceDrops: 0 });
    expect(summary).toMatchObject({ rowsInDataset: received, csv, archive: null, recovered: [], notes: [] });
    expect(Object.values<number>(summary.byProtocol).reduce((sum, count) => sum + count)).toBe(received);
    expect(JSON.parse(readFileSync(`${csv}.manifest.json`, 'utf8')).ledger).toEqual(summary.ledger);
    closes(summary.ledger);
  });

  test('--count: what was received beyond it is told', async () => {
    const csv = scratch('count.csv');
    const { ledger } = await run(['--read', MIXED, '--output-csv', csv, '--count', '100']);
    expect(ledger.rows).toBe(100);
    expect(ledger.unread).toBe(ledger.received - 100);
    closes(ledger);
    expect(rowsOf(readFileSync(csv, 'utf8'))).toHaveLength(100);
  });

  test('frames without a legacy message, and messages without a row', async () => {
    const ethernet = '02000000000102000000000' + '2';
    const frames = [
      // 802.3 with LLC: the original forwards none.
      `${ethernet}0003424203`,
      // IPv4 and the ports of a TCP header: the original sends an empty message.
      `${ethernet}0800450000180000000040060000c0000201c000020200500050`,
      // ARP
      `${ethernet}08060001080006040001020000000002c0000202000000000000c0000201`,
    ].map((hex) => Buffer.from(hex, 'hex'));
    const file = scratch('legacy.pcap');
    writeFileSync(file, pcapOf(1, frames));
    const csv = scratch('legacy.csv');
    const { ledger } = await run(['--read', file, '--schema', 'legacy', '--output-csv', csv]);
    expect(ledger).toMatchObject({ received: 3, rows: 1, withoutMessage: 1, refused: 1, unread: 0 });
    closes(ledger);
    const lines = messagesOf((await netpipe(['decode', file, '--schema', 'legacy'])).stdout);
    expect(lines).toMatchObject([null, { data: {} }, { data: { arp: { op: 1 } } }]);
  });

  test('a second run appends, and counts its own rows', async () => {
    const csv = scratch('appended.csv');
    await run(['--read', MIXED, '--output-csv', csv, '--count', '10']);
    const { ledger, rowsInDataset } = await run(['--read', example('arp'), '--output-csv', csv]);
    expect(ledger).toMatchObject({ received: 15, rows: 15 });
    expect(rowsInDataset).toBe(25);
    expect(rowsOf(readFileSync(csv, 'utf8')).map(({ idx }) => idx)).toEqual(
      Array.from({ length: 25 }, (_, i) => `${i}`),
    );
  });
});
