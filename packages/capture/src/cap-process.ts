import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type DroppedPrivileges, PipelineError, toPipelineError } from '@antinex/runtime';
import type { FrameCounts } from './cap-child/frame-queue.ts';
import { type ChildMessage, type ChildOptions, FRAMES_FD } from './cap-child/messages.ts';

/** How a capture process ended. */
export interface CapEnd {
  /** Whether it said goodbye: it ended because it was asked to, and its counts are final. */
  readonly bye: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last it wrote on standard error. */
  readonly errors: string;
}

const LARGEST_ERRORS = 4096;
/** A process that is asked to leave, and whose frames nobody reads any more, is killed after this time. */
const LEAVE_MS = 3000;

const NO_FRAMES: FrameCounts = { admittedPackets: 0, admittedBytes: 0, droppedPackets: 0, droppedBytes: 0 };

/** A process that captures with cap, seen from the one that started it. */
export class CapProcess {
  /** A pcap stream. Unread, it makes frames wait and then be dropped in the process. */
  readonly frames: Socket;
  /** How it ended; everything it told has been heard by then. */
  readonly ended: Promise<CapEnd>;
  /** What it last told. */
  counts = NO_FRAMES;
  linkType = -1;
  privileges!: DroppedPrivileges;
  private readonly child: ChildProcess;
  private bye = false;
  private errors = '';

  /**
   * Starts one; resolves when its device is open.
   *
   * @throws PipelineError as openCap() and dropPrivileges() say, or when it cannot be started.
   */
  static async start(options: ChildOptions): Promise<CapProcess> {
    const child = spawn(process.execPath, [childProgram(), JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
    });
    if (child.pid === undefined) throw toPipelineError((await once(child, 'error'))[0]);
    const started = new CapProcess(child);
    try {
      await started.ready();
      return started;
    } catch (error) {
      started.abandon();
      throw error;
    }
  }

  private constructor(child: ChildProcess) {
    this.child = child;
    this.frames = child.stdio[FRAMES_FD] as Socket;
    // When the child ends, Node throws away what nobody listens for; a reader may come later.
    this.frames.on('readable', () => {});
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-LARGEST_ERRORS);
    });
    // It could not be killed: then it has another user, and the closed pipe is what ends it.
    child.on('error', () => {});
    this.ended = this.end();
  }

  /** Asks it to take in nothing more and to end when its frames are read. */
  stop(): void {
    this.frames.end();
  }

  /** Asks it to end, whatever frames it has. */
  abandon(): void {
    this.frames.destroy();
    const { child } = this;
    const late = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS).unref();
    child.once('exit', () => clearTimeout(late));
  }

  /** Whether it keeps this process from ending. */
  hold(hold: boolean): void {
    const { child, frames } = this;
    for (const handle of [child, child.channel, child.stderr as Socket, frames]) {
      if (hold) handle?.ref();
      else handle?.unref();
    }
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.child.on('message', (message: ChildMessage) => {
        if ('counts' in message) this.counts = message.counts;
        if (message.type === 'bye') this.bye = true;
        else if (message.type === 'refused') reject(refusal(message));
        else if (message.type === 'ready') {
          this.linkType = message.linkType;
          this.privileges = message.privileges;
          resolve();
        }
      });
      void this.ended.then((end) => {
        const reason = `the capture process did not start: ${describeEnd(end)}`;
        reject(new PipelineError('CAPTURE_UNAVAILABLE', { reason }));
      });
    });
  }

  private async end(): Promise<CapEnd> {
    const { child } = this;
    const [[code, signal]] = await Promise.all([
      once(child, 'exit'),
      once(child, 'disconnect'),
      once(child.stderr!, 'close'),
    ]);
    return { bye: this.bye, code, signal, errors: this.errors };
  }
}

/** `killed by SIGKILL`; `exit code 1: TypeError: ...`. */
export function describeEnd({ code, signal, errors }: CapEnd): string {
  const how = signal === null ? `exit code ${code}` : `killed by ${signal}`;
  const [said] = errors.match(/^(\w*Error|FATAL ERROR): .*/m) ?? [];
  return said === undefined ? how : `${how}: ${said}`;
}

function refusal(message: ChildMessage & { type: 'refused' }): PipelineError {
  const { code, details, cause } = message;
  const options = cause === undefined ? {} : { cause: new Error(cause) };
  return new PipelineError(code, details as never, options);
}

/** Node cannot run TypeScript: this file's own source may run (in tests), the child must be built. */
function childProgram(): string {
  const built = import.meta.url.endsWith('.ts')
    ? '../dist/cap-child/bundle/main.js'
    : './cap-child/bundle/main.js';
  const path = fileURLToPath(new URL(built, import.meta.url));
  if (existsSync(path)) return path;
  throw new PipelineError('CAPTURE_UNAVAILABLE', { reason: `${path} is not built` });
}
