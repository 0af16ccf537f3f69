import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { PipelineError } from './errors.ts';
import { type Main, type MainHost, type MainOptions, runMain } from './main.ts';

class FakeStream extends EventEmitter {
  text = '';
  write(text: string, written?: () => void): void {
    this.text += text;
    written?.();
  }
}

class FakeHost extends EventEmitter implements MainHost {
  exitCode?: number;
  readonly exits: number[] = [];
  readonly env: NodeJS.ProcessEnv = {};
  readonly stdout = new FakeStream();
  readonly stderr = new FakeStream();
  exit(code: number): void {
    this.exits.push(code);
  }
}

async function run(main: (host: FakeHost) => Main, options: Partial<MainOptions> = {}, env = {}) {
  const host = new FakeHost();
  Object.assign(host.env, env);
  await runMain(main(host), { name: 'netpipe', host, ...options });
  return host;
}

const broken = (code: string) => Object.assign(new Error(code), { code, syscall: 'write', errno: -32 });

const untilAborted = (signal: AbortSignal) =>
  new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));

describe('runMain', () => {
  it('sets the exit code that main returns', async () => {
    expect((await run(() => async () => undefined)).exitCode).toBe(0);
    expect((await run(() => async () => 1)).exitCode).toBe(1);
  });

  it('prints an error as one line', async () => {
    const host = await run(() => async () => {
      throw new PipelineError('CONFIG_INVALID', { problems: ['--count "x": must be a whole number'] });
    });
    expect(host.exitCode).toBe(2);
    expect(host.stderr.text).toBe('netpipe: --count "x": must be a whole number\n');
    expect(host.exits).toEqual([]);
  });

  it('adds the stack for who debugs', async () => {
    const fail: Main = async () => {
      throw new TypeError('oops');
    };
    expect((await run(() => fail)).stderr.text.trimEnd().split('\n')).toHaveLength(1);
    expect((await run(() => fail, {}, { LOG_LEVEL: 'DEBUG' })).stderr.text).toContain('main.test.ts');
  });

  it('ends as shells expect after a signal, or with 0 where a signal is the usual end', async () => {
    const main = (host: FakeHost) => async (signal: AbortSignal) => {
      setImmediate(() => host.emit('SIGTERM', 'SIGTERM'));
      return untilAborted(signal);
    };
    expect((await run(main)).exitCode).toBe(143);
    expect((await run(main, { signalIsCleanEnd: true })).exitCode).toBe(0);
  });

  it('does not report the abort it asked for', async () => {
    const host = await run((fake) => async (signal) => {
      fake.emit('SIGINT', 'SIGINT');
      signal.throwIfAborted();
      return undefined;
    });
    expect(host.stderr.text).toBe('');
    expect(host.exitCode).toBe(130);
  });

  it('lets a failure win over the signal', async () => {
    const host = await run((fake) => async () => {
      fake.emit('SIGINT', 'SIGINT');
      throw new PipelineError('DISK_FULL', { path: 'x.csv' });
    });
    expect(host.exitCode).toBe(1);
    expect(host.stderr.text).toMatch(/no space left/);
  });

  it('asks main to end quietly when the reader of its output has gone', async () => {
    const host = await run((fake) => async (signal) => {
      setImmediate(() => fake.stdout.emit('error', broken('EPIPE')));
      return untilAborted(signal);
    });
    expect(host.stderr.text).toBe('');
    expect(host.exitCode).toBe(0);
  });

  it('stays quiet when main learns of the closed output before the stream tells', async () => {
    const host = await run((fake) => async () => {
      setImmediate(() => fake.stdout.emit('error', broken('EPIPE')));
      throw broken('EPIPE');
    });
    expect(host.stderr.text).toBe('');
    expect(host.exitCode).toBe(0);
  });

  it('does report a broken pipe that is not its output', async () => {
    const host = await run(() => async () => {
      throw broken('EPIPE');
    });
    expect(host.stderr.text).toBe('netpipe: write: broken pipe\n');
    expect(host.exitCode).toBe(1);
  });

  it('reports other errors of its output and ends', async () => {
    const host = await run((fake) => async () => {
      setImmediate(() => fake.stdout.emit('error', broken('ENOSPC')));
      return new Promise(() => {});
    });
    expect(host.stderr.text).toMatch(/^netpipe: no space left/);
    expect(host.exits).toEqual([1]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])(
    'turns an %s into a line and an end',
    async (event) => {
      const hooks: string[] = [];
      const host = await run((fake) => async (_signal, shutdown) => {
        shutdown.onShutdown(() => void hooks.push('ran'));
        setImmediate(() => fake.emit(event, new Error('lost')));
        return new Promise(() => {});
      });
      expect(host.stderr.text).toMatch(/^netpipe: unexpected error: lost/);
      expect(hooks).toEqual(['ran']);
      expect(host.exits).toEqual([1]);
    },
  );

  it('runs the hooks after main and reports those that fail', async () => {
    const order: string[] = [];
    const host = await run(() => async (_signal, shutdown) => {
      shutdown.onShutdown(() => void order.push('hook'));
      shutdown.onShutdown(() => Promise.reject(new PipelineError('DISK_FULL', { path: 'x.csv' })));
      order.push('main');
      return 0;
    });
    expect(order).toEqual(['main', 'hook']);
    expect(host.stderr.text).toMatch(/no space left to write x.csv/);
    expect(host.exitCode).toBe(1);
    expect(host.exits).toEqual([1]);
  });

  it('leaves no listeners behind', async () => {
    const host = await run(() => async () => 0);
    expect([...host.eventNames(), ...host.stdout.eventNames(), ...host.stderr.eventNames()]).toEqual([]);
  });
});
