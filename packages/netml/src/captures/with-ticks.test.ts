import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withTicks } from './with-ticks.ts';

describe('withTicks', () => {
  it('hands on every item, and undefined while there is none', async () => {
    async function* slowly() {
      yield 1;
      await sleep(120);
      yield 2;
    }
    const seen: (number | undefined)[] = [];
    for await (const item of withTicks(slowly(), 20)) seen.push(item);
    expect(seen.filter((item) => item !== undefined)).toEqual([1, 2]);
    expect(seen.indexOf(2) - seen.indexOf(1)).toBeGreaterThan(1);
  });

  it('asks for an item only when the one before is done with', async () => {
    let asked = 0;
    async function* counted() {
      for (; asked < 3; ) yield ++asked;
    }
    for await (const item of withTicks(counted(), 1000)) expect(asked).toBe(item);
    expect(asked).toBe(3);
  });

  it('passes errors on', async () => {
    async function* broken() {
      yield 1;
      throw new Error('broken');
    }
    const read = async () => {
      for await (const item of withTicks(broken(), 10)) expect(item).toBe(1);
    };
    await expect(read()).rejects.toThrow('broken');
  });

  it('can be left while nothing comes', async () => {
    const never: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    for await (const item of withTicks(never, 5)) {
      expect(item).toBeUndefined();
      break;
    }
  });
});
