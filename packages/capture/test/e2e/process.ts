import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A program in a network namespace, by what it prints. */
export class Process {
  output = '';
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;
  private onNews = new Set<() => void>();

  constructor(namespace: string, ...command: readonly string[]) {
    this.child = spawn('ip', ['netns', 'exec', namespace, ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { child } = this;
    // It may end before it has read what is typed.
    child.stdin!.on('error', () => {});
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.news();
      });
    }
    this.ended = new Promise((resolve) => {
      child.once('close', () => {
        this.ended.then(() => this.news());
        resolve(undefined);
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  type(text: string): void {
    this.child.stdin!.write(text);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  /** Waits until the output is as wanted; throws when the program ends before. */
  async until(isSo: (output: string) => boolean): Promise<void> {
    while (!isSo(this.output)) {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.output}`);
      await new Promise<void>((resolve) => this.onNews.add(resolve));
    }
  }

  private news(): void {
    const waiting = [...this.onNews];
    this.onNews.clear();
    for (const resolve of waiting) resolve();
  }
}

/** The servers of servers.mjs. */
export class Servers {
  private readonly process: Process;

  private constructor(process: Process) {
    this.process = process;
  }

  static async start(namespace: string): Promise<Servers> {
    const process = new Process(namespace, globalThis.process.execPath, `${here}servers.mjs`);
    await process.until((output) => output.includes('listening'));
    return new Servers(process);
  }

  /** Resolves when so many connections have come, in all, and every one is over. */
  async quiet(connections: number): Promise<void> {
    const count = (output: string, word: string) => output.split(`${word} `).length - 1;
    await this.process.until(
      (output) => count(output, 'done') >= connections && count(output, 'done') === count(output, 'open'),
    );
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
