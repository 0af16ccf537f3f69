import { describe, expect, it } from 'vitest';
import { Wakeup } from './wakeup.ts';

describe('a wakeup', () => {
  it('ends the wait', async () => {
    const wakeup = new Wakeup();
    const waiting = wakeup.wait();
    wakeup.call();
    await waiting;
  });

  it('is not missed when nobody waits yet, and counts once', async () => {
    const wakeup = new Wakeup();
    wakeup.call();
    wakeup.call();
    await wakeup.wait();
    const woken = await Promise.race([wakeup.wait().then(() => true), Promise.resolve(false)]);
    expect(woken).toBe(false);
    wakeup.call();
  });

  it('need not come: the wait can be bounded', async () => {
    const started = performance.now();
    await new Wakeup().wait(20);
    expect(performance.now() - started).toBeGreaterThan(15);
  });
});
