import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LibpcapSourceOptions, SourceStats } from '@antinex/capture';

export interface CapturedPacket {
  /** The first 64 bytes. */
  readonly hex: string;
  readonly timeNs: string;
  readonly capturedLength: number;
  readonly originalLength: number;
  readonly linkType: number;
  readonly interfaceName: string;
}

export interface CaptureResult {
  readonly packets: CapturedPacket[];
  readonly largestBatch: number;
  readonly stats: SourceStats;
  readonly notes: readonly string[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** What libpcap-child.mjs reports. */
export interface LibpcapReport {
  readonly opened?: {
    readonly description: string;
    readonly linkTypes: number[];
    readonly timestamps: string;
  };
  readonly results?: readonly CaptureResult[];
  readonly refused?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly exitCode: number | null;
}

export interface ChildOptions extends LibpcapSourceOptions {
  /** How many sources are opened. */
  readonly members?: number;
  /** How long the consumer keeps the first batch. */
  readonly holdMs?: number;
  /** The consumer leaves the iteration after so many packets. */
  readonly leaveAfter?: number;
}

const CHILD = fileURLToPath(new URL('libpcap-child.mjs', import.meta.url));
const running = new Set<ChildProcess>();

/** Kills the captures that a failed test left behind. */
export function killLibpcapCaptures(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** A LibpcapSource in a child process, in a network namespace. */
export class LibpcapCapture {
  /** Resolves once the device is open, or could not be opened. */
  readonly ready: Promise<void>;
  private readonly child: ChildProcess;
  private readonly report: Promise<LibpcapReport>;

  /** `before` stands before `node`: setpriv and its flags, say. */
  constructor(namespace: string, options: ChildOptions, before: readonly string[] = []) {
    const node = [...before, process.execPath, CHILD, JSON.stringify(options)];
    this.child = spawn('ip', ['netns', 'exec', namespace, ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { child } = this;
    running.add(child);
    const lines = createInterface({ input: child.stdout! });
    const seen = {};
    this.ready = new Promise((resolve) => {
      lines.on('line', (line) => {
        Object.assign(seen, JSON.parse(line));
        resolve();
      });
      lines.once('close', resolve);
    });
    this.report = new Promise((resolve) => {
      child.once('close', (exitCode) => {
        running.delete(child);
        resolve({ ...seen, exitCode });
      });
    });
  }

  /** Ends the capture; only what came in before is reported. */
  async stop(): Promise<CaptureResult> {
    await this.ready;
    this.child.kill('SIGTERM');
    return (await this.end()).results![0];
  }

  /** Waits for a capture that ends by itself. */
  end(): Promise<LibpcapReport> {
    return this.report;
  }
}
