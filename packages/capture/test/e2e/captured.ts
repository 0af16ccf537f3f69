import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DroppedPrivileges } from '@antinex/runtime';

export interface SeenPacket {
  /** The first 128 bytes. */
  readonly hex: string;
  readonly timeMs: number;
  readonly capturedLength: number;
  readonly originalLength: number;
  readonly linkType: number;
  readonly interfaceName: string;
}

/** What capture-child.mjs reports. */
export interface Report {
  readonly opened?: {
    readonly description: string;
    readonly linkTypes: number[];
    readonly privileges: DroppedPrivileges;
    /** The process that has the device open. */
    readonly capturePid: number;
  };
  readonly packets?: SeenPacket[];
  readonly stats?: Readonly<Record<string, number | string>>;
  readonly notes?: readonly string[];
  /** The process that still has the device open after the source's end; 0 for none. */
  readonly leftPid?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly exit: { readonly code: number | null; readonly signal: string | null };
}

const here = fileURLToPath(new URL('.', import.meta.url));

const running = new Set<ChildProcess>();

/** Kills the captures that nobody ended. */
export function killLeftOvers(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** A capture in a child process, in a network namespace. */
export class ChildCapture {
  /** Resolves once the device is open, or could not be opened. */
  readonly ready: Promise<Omit<Report, 'exit'>>;
  private readonly child: ChildProcess;
  private readonly report: Promise<Report>;

  /** `before` stands before `node`: setpriv and its flags, say. */
  constructor(namespace: string, options: object, before: readonly string[] = []) {
    const node = [...before, process.execPath, `${here}capture-child.mjs`, JSON.stringify(options)];
    this.child = spawn('ip', ['netns', 'exec', namespace, ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { child } = this;
    running.add(child);
    child.once('close', () => running.delete(child));
    const lines = createInterface({ input: child.stdout! });
    const seen = {};
    this.ready = new Promise((resolve) => {
      lines.on('line', (line) => {
        Object.assign(seen, JSON.parse(line));
        resolve(seen);
      });
      lines.once('close', () => resolve(seen));
    });
    this.report = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ ...seen, exit: { code, signal } }));
    });
  }

  /** The consumer's process: SIGSTOP has it stand still. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends the capture, `graceMs` after the last packet was sent. */
  async stop(graceMs = 200): Promise<Report> {
    await this.ready;
    await new Promise((resolve) => setTimeout(resolve, graceMs));
    this.child.kill('SIGTERM');
    return this.report;
  }

  /** Waits for a capture that ends by itself. */
  async end(): Promise<Report> {
    return this.report;
  }
}

/** Runs reopen-child.mjs; returns what it printed, throws when it was aborted. */
export function reopenUnderCollection(namespace: string, rounds: number): Record<string, number> {
  const node = [process.execPath, '--expose-gc', `${here}reopen-child.mjs`, String(rounds)];
  return JSON.parse(execFileSync('ip', ['netns', 'exec', namespace, ...node], { encoding: 'utf8' }));
}
