import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { example, MIXED_PACKETS } from './captures.ts';
import { parseCsv } from './csv.ts';
import { netpipe } from './netpipe.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const MIXED = example('mixed');
const NO_SPACE = (path: string) => `netpipe: no space left to write ${path}; free some space and run again\n`;

/** A disk of one megabyte. */
const disk = scratch('disk');
mkdirSync(disk);
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (isMounted) execFileSync('umount', [disk]);
});

/** Runs netpipe with its output in a file. */
async function printTo(path: string, args: readonly string[]) {
  const file = openSync(path, 'w');
  try {
    return await netpipe(args, { stdout: file });
  } finally {
    closeSync(file);
  }
}

describe.skipIf(!existsSync('/dev/full'))('standard output on a full disk', () => {
  const lines = [
    `decode ${MIXED}`,
    `decode ${MIXED} --format csv`,
    `run --read ${MIXED} --output-csv ${scratch('unprinted.csv')}`,
    'run --print-config',
    'fields --format json',
    '--help',
    '--version',
  ];
  test.each(lines)('netpipe %s', async (line) => {
    const ended = await printTo('/dev/full', line.split(' '));
    expect(ended).toMatchObject({ code: 1, signal: null, stderr: NO_SPACE('the output') });
  });

  test('the dataset is whole even if its summary has no place', () => {
    expect(rowsIn(scratch('unprinted.csv'))).toBe(MIXED_PACKETS);
  });
});

describe.skipIf(!isMounted)('a disk that gets full on the way (needs to mount one)', () => {
  afterEach(() => {
    for (const file of ['out', 'out.csv', 'out.csv.manifest.json', 'out.csv.manifest.json.draft']) {
      rmSync(`${disk}/${file}`, { force: true });
    }
  });

  // The system takes the part that fits and says so: that is no success.
  test('decode says so, also if only the end of one write is missing', async () => {
    const { stdout } = await netpipe(['decode', MIXED, '--count', '1000']);
    expect(stdout.length).toBeGreaterThan(2 ** 20);
    const ended = await printTo(`${disk}/out`, ['decode', MIXED, '--count', '1000']);
    expect(ended).toMatchObject({ code: 1, stderr: NO_SPACE('the output') });
    expect(readFileSync(`${disk}/out`, 'utf8')).toBe(stdout.slice(0, statSync(`${disk}/out`).size));
  });

  test('run keeps the rows of its snapshots, and the manifest tells how many', async () => {
    const csv = `${disk}/out.csv`;
    const options = ['--save-after-num', '256', '--json'];
    const { code, stdout, stderr } = await netpipe(['run', '--read', MIXED, '--output-csv', csv, ...options]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^netpipe: no space left to write \S+; free some space and run again\n$/);

    const manifest = JSON.parse(readFileSync(`${csv}.manifest.json`, 'utf8'));
    expect(manifest.rows).toBeGreaterThan(0);
    expect(manifest.rows).toBeLessThan(MIXED_PACKETS);
    expect(manifest.csv).toEqual({ file: 'out.csv', rows: manifest.rows, bytes: statSync(csv).size });
    expect(rowsIn(csv)).toBe(manifest.rows);

    const { ledger, rowsInDataset } = JSON.parse(stdout);
    expect(rowsInDataset).toBe(manifest.rows);
    expect(ledger).toMatchObject({ rows: manifest.rows, unread: ledger.received - manifest.rows });
  });
});

const rowsIn = (csv: string): number => parseCsv(readFileSync(csv, 'utf8')).length - 1;
