import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The real command, as it was built. */
export const NETPIPE = `${root}packages/cli/bin/netpipe.js`;

/** How a run ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  /** What standard input holds; nothing unless given. */
  readonly input?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Stands before `node`: `setpriv` and its flags, say. */
  readonly before?: readonly string[];
  /** Where standard output goes instead of here. */
  readonly stdout?: number;
  /** Standard input stays open. */
  readonly keepOpen?: boolean;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts netpipe without this process's settings, in UTC. */
export function start(args: readonly string[], options: Start = {}): Started {
  const [program, ...rest] = [...(options.before ?? []), process.execPath, NETPIPE, ...args];
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, TZ: 'UTC', ...options.env },
    stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
  });
  // It may end without reading its input.
  child.stdin!.on('error', () => {});
  if (options.input !== undefined) child.stdin!.write(options.input);
  if (!options.keepOpen) child.stdin!.end();
  return { child, ended: watch(child) };
}

/** Runs netpipe to its end. */
export const netpipe = (args: readonly string[], options?: Start): Promise<Ended> =>
  start(args, options).ended;

async function watch(child: ChildProcess): Promise<Ended> {
  const exit = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  // A test may have closed it.
  const printed = child.stdout ? text(child.stdout).catch(() => '') : Promise.resolve('');
  const [{ code, signal }, stdout, stderr] = await Promise.all([exit, printed, text(child.stderr!)]);
  return { code, signal, stdout, stderr };
}
