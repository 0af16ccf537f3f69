import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeLongCapture } from './captures.ts';
import { NETPIPE } from './netpipe.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const LIMIT_MB = 250;

/** Runs netpipe; answers the largest memory it held, in MB. */
async function peakOf(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [NETPIPE, ...args], { stdio: 'ignore' });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentKb(child.pid!));
  }, 20);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  expect(code).toBe(0);
  return peak / 1024;
}

function residentKb(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    // It has just ended.
    return 0;
  }
}

describe.skipIf(process.platform !== 'linux')('memory (needs /proc)', () => {
  const long = scratch('long.pcap');

  test('a run over 300,000 packets stays flat', async () => {
    expect(writeLongCapture(long, 103)).toBeGreaterThan(300_000);
    const peakMb = await peakOf(['run', '--read', long, '--output-csv', scratch('long.csv')]);
    expect(peakMb).toBeGreaterThan(30);
    expect(peakMb).toBeLessThan(LIMIT_MB);
  });

  test('decoding them too', async () => {
    const peakMb = await peakOf(['decode', long, '--count', '100000']);
    expect(peakMb).toBeGreaterThan(30);
    expect(peakMb).toBeLessThan(LIMIT_MB);
  });
});
