import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command, as it was built, without this process's settings. */
export class Program {
  readonly child: ChildProcess;
  readonly #end: Promise<unknown[]>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [`${packageFolder}bin/antinex-server.js`, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk) => {
      this.#stdout += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
    this.#end = once(this.child, 'close');
    running.add(this.child);
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Where it listens, once it does; it must have been started with --json. */
  async url(): Promise<string> {
    while (!this.#stdout.includes('\n')) {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.#stderr}`);
      await new Promise((done) => setTimeout(done, 20));
    }
    return JSON.parse(this.#stdout).url;
  }

  async end(signal?: NodeJS.Signals): Promise<Ended> {
    if (signal) this.child.kill(signal);
    await this.#end;
    running.delete(this.child);
    const { exitCode, signalCode } = this.child;
    return { code: exitCode, signal: signalCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
