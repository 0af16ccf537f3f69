import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { example, MIXED_PACKETS, writeLongCapture } from './captures.ts';
import { parseCsv } from './csv.ts';
import { NETPIPE, netpipe, start } from './netpipe.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const MIXED = example('mixed');

/** Runs a pipeline of a shell; `netpipe` in it is ours. The exit code is the first that is not 0. */
async function shell(line: string) {
  const script = `set -o pipefail; netpipe() { '${process.execPath}' '${NETPIPE}' "$@"; }; ${line}`;
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, code: await code };
}

describe('a reader that goes away ends the program quietly', () => {
  test('decode | head -1', async () => {
    const { stdout, ...ended } = await shell(`netpipe decode ${MIXED} | head -1`);
    expect(ended).toEqual({ stderr: '', code: 0 });
    expect(JSON.parse(stdout).data.frame.number).toBe(1);
  });

  const csv = scratch('unread.csv');
  const lines = [
    `decode ${MIXED} --format csv`,
    `decode ${example('arp')}`,
    `run --read ${MIXED} --output-csv ${csv}`,
    'run --print-config',
    'fields',
    'help run',
  ];
  test.each(lines)('%s | true', async (line) => {
    const { child, ended } = start(line.split(' '));
    // The reader has gone before the program is even loaded.
    child.stdout!.on('error', () => {}).destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('the dataset is whole all the same', () => {
    expect(parseCsv(readFileSync(csv, 'utf8'))).toHaveLength(1 + MIXED_PACKETS);
  });
});

describe('a slow reader', () => {
  test('gets every byte', async () => {
    const { stdout: expected } = await netpipe(['decode', MIXED]);
    const { child, ended } = start(['decode', MIXED]);
    child.stdout!.pause();
    await sleep(500);
    child.stdout!.resume();
    const { stdout, code } = await ended;
    expect(code).toBe(0);
    expect(stdout === expected).toBe(true);
  });

  test.skipIf(process.platform !== 'linux')('holds the decoder back, and memory stays flat', async () => {
    const long = scratch('long.pcap');
    writeLongCapture(long, 100);
    const child = spawn(process.execPath, [NETPIPE, 'decode', long], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.pause();
    await sleep(3000);
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    child.stdout.resume();
    await ended;
    expect(Number(kilobytes) / 1024).toBeLessThan(200);
  });
});

describe('progress', () => {
  const long = scratch('progress.pcap');
  const run = (csv: string) => ['run', '--read', long, '--output-csv', scratch(csv)];

  test('is not drawn into a pipe', async () => {
    writeLongCapture(long, 10);
    expect(await netpipe(run('silent.csv'))).toMatchObject({ code: 0, stderr: '' });
  });

  const hasScript = spawnSync('script', ['--version']).status === 0;
  test.skipIf(!hasScript)('is drawn on a terminal, and wiped (needs script)', async () => {
    writeLongCapture(long, 30);
    const command = [process.execPath, NETPIPE, ...run('drawn.csv')].join(' ');
    const { stdout, code } = await shell(`script -qec '${command}' /dev/null`);
    expect(code).toBe(0);
    const [before, summary] = stdout.split('source ');
    const lines = before.split('\r\u001b[2K');
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[1]).toMatch(/^[\d,]+ packets {2}[\d.]+ .?B {2}[\d,]+\/s {2}/);
    expect(lines.at(-1)).toBe('');
    expect(summary).toContain('87,870');
  });
});
