import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createShutdown } from './shutdown.ts';

class FakeHost extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('createShutdown', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s first asks, then forces', (name, code) => {
    const host = new FakeHost();
    const shutdown = createShutdown({ host });
    expect(shutdown.signal.aborted).toBe(false);
    host.emit(name, name);
    expect(shutdown.signal.aborted).toBe(true);
    expect(shutdown.receivedSignal).toBe(name);
    expect(host.exits).toEqual([]);
    host.emit(name, name);
    expect(host.exits).toEqual([code]);
  });

  it('can be asked without a signal', () => {
    const shutdown = createShutdown({ host: new FakeHost() });
    shutdown.request();
    expect(shutdown.signal.aborted).toBe(true);
    expect(shutdown.receivedSignal).toBeUndefined();
  });

  it('runs hooks in reverse order, one after the other, each once', async () => {
    const shutdown = createShutdown({ host: new FakeHost() });
    const order: string[] = [];
    shutdown.onShutdown(() => void order.push('first'));
    const remove = shutdown.onShutdown(() => void order.push('taken back'));
    shutdown.onShutdown(async () => {
      order.push('last begins');
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push('last ends');
    });
    remove();
    remove();
    expect(await shutdown.runHooks()).toEqual([]);
    expect(await shutdown.runHooks()).toEqual([]);
    expect(order).toEqual(['last begins', 'last ends', 'first']);
  });

  it('goes on after a hook that fails', async () => {
    const shutdown = createShutdown({ host: new FakeHost() });
    let ran = false;
    shutdown.onShutdown(() => {
      ran = true;
    });
    shutdown.onShutdown(() => {
      throw new Error('sync');
    });
    shutdown.onShutdown(() => Promise.reject(new Error('async')));
    expect((await shutdown.runHooks()).map(String)).toEqual(['Error: async', 'Error: sync']);
    expect(ran).toBe(true);
  });

  it('does not wait for ever', async () => {
    const shutdown = createShutdown({ host: new FakeHost(), deadlineMs: 20 });
    shutdown.onShutdown(() => new Promise(() => {}));
    expect((await shutdown.runHooks()).map(String)).toEqual(['Error: the clean-up took longer than 20 ms']);
  });

  it('stops listening', () => {
    const host = new FakeHost();
    createShutdown({ host }).dispose();
    expect(host.eventNames()).toEqual([]);
  });
});
