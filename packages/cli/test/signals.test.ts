import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeLongCapture } from './captures.ts';
import { rowsOf } from './csv.ts';
import { netpipe, start } from './netpipe.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const LONG = scratch('long.pcap');
const TIMES = 60;
let packets = 0;

beforeAll(() => {
  packets = writeLongCapture(LONG, TIMES);
});

const runLong = (csv: string) => ['run', '--read', LONG, '--output-csv', csv, '--save-after-num', '500'];
const manifestOf = (csv: string) => JSON.parse(readFileSync(`${csv}.manifest.json`, 'utf8'));

/** Waits until the run has made some rows durable. */
async function underWay(csv: string): Promise<void> {
  const manifest = `${csv}.manifest.json`;
  while (!existsSync(manifest) || manifestOf(csv).rows === 0) await sleep(5);
}

/** Every row is there once and in order, the last one whole, and the manifest says the same. */
function expectWhole(csv: string, firstNumber = 1): number {
  const text = readFileSync(csv, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  const rows = rowsOf(text);
  expect(rows.map(({ idx }) => Number(idx))).toEqual(rows.map((_, i) => i));
  expect(Number(rows[0].frame_number)).toBe(firstNumber);
  expect(manifestOf(csv)).toMatchObject({
    rows: rows.length,
    csv: { rows: rows.length, bytes: statSync(csv).size },
  });
  return rows.length;
}

describe('an interrupted run', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s: what was read is durable, the summary is printed, exit code %i',
    async (signal, exitCode) => {
      const csv = scratch(`${signal}.csv`);
      const { child, ended } = start([...runLong(csv), '--json']);
      await underWay(csv);
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr }).toEqual({ code: exitCode, stderr: '' });
      const rows = expectWhole(csv);
      expect(rows).toBeLessThan(packets);
      const { ledger } = JSON.parse(stdout);
      expect(ledger).toMatchObject({ received: rows, rows, unread: 0 });
      expect(manifestOf(csv).ledger).toEqual(ledger);
    },
  );

  test('SIGKILL: what the manifest counts is there, and the next run cuts off the rest', async () => {
    const csv = scratch('killed.csv');
    const { child, ended } = start(runLong(csv));
    await underWay(csv);
    child.kill('SIGKILL');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    const { rows, csv: durable } = manifestOf(csv);
    expect(rows).toBeGreaterThan(0);
    expect(statSync(csv).size).toBeGreaterThanOrEqual(durable.bytes);

    const again = await netpipe([...runLong(csv), '--json', '--count', '3000']);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(expectWhole(csv)).toBe(rows + 3000);
    const { ledger, rowsInDataset } = JSON.parse(again.stdout);
    expect(ledger).toMatchObject({ rows: 3000 });
    expect(rowsInDataset).toBe(rows + 3000);
    const numbers = rowsOf(readFileSync(csv, 'utf8')).map((row) => Number(row.frame_number));
    expect(numbers.slice(0, rows)).toEqual(Array.from({ length: rows }, (_, i) => i + 1));
    expect(numbers.slice(rows)).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
  });

  test('while it waits for a pipe', async () => {
    const csv = scratch('waiting.csv');
    const { child, ended } = start(['run', '--read', '-', '--output-csv', csv], {
      input: readFileSync(LONG).subarray(0, 100_000),
      keepOpen: true,
    });
    await underWay(csv);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: '' });
    expect(expectWhole(csv)).toBeGreaterThan(100);
  });
});

describe('decode', () => {
  test('SIGTERM ends it with whole lines and exit code 143', async () => {
    const { child, ended } = start(['decode', LONG]);
    await once(child.stdout!, 'readable');
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 143, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.pop()).toBe('');
    expect(JSON.parse(lines.at(-1)!).data.frame.number).toBe(lines.length);
    expect(lines.length).toBeLessThan(packets);
  });
});
