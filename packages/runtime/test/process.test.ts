import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'process-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  if (!existsSync(BUILT)) throw new Error('run `npm run build` first: this test runs the built package');
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, ended: once(child, 'exit'), errors: text(child.stderr) };
}

/** Waits until the program has written its first bytes. */
const ready = (child: ChildProcess) => once(child.stdout!, 'data');

describe('a real process', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends cleanly at %s', async (signal, code) => {
    const { child, ended, errors } = start('wait');
    await ready(child);
    const rest = text(child.stdout);
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    expect(await rest).toBe('cleaned up\n');
    expect(await errors).toBe('');
  });

  it('ends at the second signal whatever it is doing', async () => {
    const { child, ended } = start('stubborn');
    await ready(child);
    child.kill('SIGINT');
    // Signals that arrive together may be merged into one.
    const again = setInterval(() => child.kill('SIGINT'), 50);
    expect(await ended).toEqual([130, null]);
    clearInterval(again);
  });

  it('ends quietly when its reader has gone', async () => {
    const { child, ended, errors } = start('pour');
    await ready(child);
    child.stdout.destroy();
    expect(await ended).toEqual([0, null]);
    expect(await errors).toBe('cleaned up\n');
  });

  it.each([
    ['fail', 'program: no space left to write rows.csv; free some space and run again\n'],
    ['stray', 'program: unexpected error: stray; this is a bug; LOG_LEVEL=debug shows where\n'],
  ])('%s: one line and exit code 1', async (mode, line) => {
    const { ended, errors } = start(mode);
    expect(await ended).toEqual([1, null]);
    expect(await errors).toBe(line);
  });

  it('has written all it logged when it exits', async () => {
    const { ended, errors } = start('log');
    expect(await ended).toEqual([0, null]);
    const lines = (await errors).trimEnd().split('\n');
    expect(lines).toHaveLength(1000);
    expect(JSON.parse(lines[999]).line).toBe(1000);
  });

  it('so too where the config file names a transport', async () => {
    const config = join(folder, 'transport.json');
    const destination = join(folder, 'out.log');
    writeFileSync(config, JSON.stringify({ transport: { target: 'pino/file', options: { destination } } }));
    const { ended } = start('log', config);
    expect(await ended).toEqual([0, null]);
    expect(readFileSync(destination, 'utf8').trimEnd().split('\n')).toHaveLength(1000);
  });
});
