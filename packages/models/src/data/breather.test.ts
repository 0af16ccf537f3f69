import { expect, it } from 'vitest';
import { Breather } from './breather.ts';

it('is due after a while, and not at once again', async () => {
  const breather = new Breather();
  expect(breather.isDue).toBe(false);
  const end = performance.now() + 60;
  while (performance.now() < end);
  expect(breather.isDue).toBe(true);
  await breather.pause();
  expect(breather.isDue).toBe(false);
});

it('lets others work, and rejects with the reason of a signal', async () => {
  const controller = new AbortController();
  const breather = new Breather(controller.signal);
  let hasWorked = false;
  setImmediate(() => {
    hasWorked = true;
  });
  await breather.pause();
  expect(hasWorked).toBe(true);
  controller.abort(new Error('stop'));
  expect(breather.isDue).toBe(true);
  await expect(breather.pause()).rejects.toThrow('stop');
});
