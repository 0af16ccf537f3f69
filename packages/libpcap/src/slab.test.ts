import { expect, test } from 'vitest';
import { Slab, viewSlab } from './slab.ts';

test('a slab is read where native/slab.h puts things', () => {
  const memory = new ArrayBuffer(5 * 4 * 3 + 10);
  new Uint32Array(memory, 0, 15).set(Array.from({ length: 15 }, (_, i) => i));
  new Uint8Array(memory, 60).set(Array.from({ length: 10 }, (_, i) => 100 + i));
  const views = viewSlab(memory, 3);
  expect([...views.offsets]).toEqual([0, 1, 2]);
  expect([...views.capturedLengths]).toEqual([3, 4, 5]);
  expect([...views.originalLengths]).toEqual([6, 7, 8]);
  expect([...views.timestampSeconds]).toEqual([9, 10, 11]);
  expect([...views.timestampNanos]).toEqual([12, 13, 14]);
  expect([...views.data]).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
});

test('a slab is given back once', () => {
  let given = 0;
  const slab = new Slab(viewSlab(new ArrayBuffer(20), 1), 1, 0, () => given++);
  slab.release();
  slab.release();
  expect(given).toBe(1);
});
