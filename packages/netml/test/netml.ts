import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describeError, type Shutdown } from '@antinex/runtime';
import { expect, vi } from 'vitest';
import { runProgram } from '../src/program.ts';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));

/** The real command, as it was built. */
const NETML = `${packageRoot}bin/netml.js`;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  /** What standard input holds; nothing unless given. */
  readonly input?: Uint8Array;
  /** Or the descriptor it is. */
  readonly stdin?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Stands before `node`. */
  readonly before?: readonly string[];
}

/** Starts netml without this process's settings. */
export function start(
  args: readonly string[],
  options: Start = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const { input, stdin, env, before = [] } = options;
  const [program, ...rest] = [...before, process.execPath, NETML, ...args];
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH, ...env },
    stdio: [stdin ?? 'pipe', 'pipe', 'pipe'],
  });
  // It may end without reading its input.
  child.stdin?.on('error', () => {}).end(input);
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const ended = Promise.all([code, text(child.stdout!), text(child.stderr!)]).then(
    ([code, stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

/** Runs netml to its end, in a process of its own. */
export const spawnNetml = (args: readonly string[], options?: Start): Promise<Ended> =>
  start(args, options).ended;

/** The same in this process, from the sources, one at a time: quick, for what needs no standard input. */
export async function netml(args: readonly string[]): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text: string | Uint8Array, ...rest: unknown[]) => {
      printed[name] += Buffer.from(text as string).toString();
      const written = rest.at(-1);
      if (typeof written === 'function') written();
      return true;
    }),
  );
  try {
    const context = { signal: new AbortController().signal, shutdown: NEVER };
    return { code: await runProgram(['node', 'netml', ...args], context), ...printed };
  } catch (error) {
    const { line, exitCode } = describeError(error);
    return { code: exitCode, stdout: printed.stdout, stderr: `${printed.stderr}netml: ${line}\n` };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const NEVER: Shutdown = {
  signal: new AbortController().signal,
  receivedSignal: undefined,
  request() {},
  onShutdown: () => () => {},
  runHooks: async () => [],
  dispose() {},
};

/** Runs netml in this process, without a complaint; answers its standard output. */
export async function succeed(args: readonly string[]): Promise<string> {
  const { stdout, ...end } = await netml(args);
  expect(end).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** Runs netml in this process, which has to refuse: nothing is written to the folder, and one line says why. */
export async function refused(
  args: readonly string[],
  folder: string,
): Promise<{ readonly code: number | null; readonly about: string }> {
  const before = readdirSync(folder);
  const { code, stdout, stderr } = await netml(args);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^netml: [^\n]+\n$/);
  expect(readdirSync(folder)).toEqual(before);
  return { code, about: stderr };
}

/** A line of `classify --json`. */
export interface VerdictLine {
  readonly source: string | null;
  readonly source_port: number;
  readonly destination: string | null;
  readonly destination_port: number;
  readonly protocol: number;
  readonly start: number;
  readonly end: number;
  readonly packets: number;
  readonly score: number;
  readonly verdict: 'anomaly' | 'normal';
  readonly label?: string;
}

export interface ClassifySummary {
  readonly flows: number;
  readonly anomalies: number;
  readonly normal: number;
  readonly threshold: number;
  readonly evaluation: Readonly<Record<string, number | null>> | null;
  readonly packets: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, unknown>>;
}

/** What `classify --json` printed. */
export function verdictsOf(stdout: string): { verdicts: VerdictLine[]; summary: ClassifySummary } {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { verdicts: lines.slice(0, -1), summary: lines.at(-1).summary };
}
