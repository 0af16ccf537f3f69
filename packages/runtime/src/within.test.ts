import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { within } from './within.ts';

const never = new Promise<never>(() => {});

describe('within', () => {
  it('is what the promise becomes in time', async () => {
    expect(await within(60_000, Promise.resolve(7))).toBe(7);
    await expect(within(60_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it.each([20, 0, -5])('waits no longer than %i ms', async (ms) => {
    expect(await within(ms, never)).toBeUndefined();
  });

  it('leaves nobody to answer for what fails later', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const failing = sleep(20).then(() => Promise.reject(new Error('late')));
    expect(await within(1, failing)).toBeUndefined();
    await sleep(60);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
