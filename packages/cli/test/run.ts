import { expect } from 'vitest';
import { netpipe, type Start } from './netpipe.ts';

/** `netpipe run` without a complaint; answers its summary. */
export async function run(args: readonly string[], options?: Start) {
  const { stdout, ...ended } = await netpipe(['run', '--json', ...args], options);
  expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
  return JSON.parse(stdout);
}

/** The lines of `netpipe decode`. */
export const messagesOf = (ndjson: string) =>
  ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
