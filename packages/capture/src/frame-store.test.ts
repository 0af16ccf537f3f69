import { expect, test } from 'vitest';
import { FrameStore } from './frame-store.ts';

test('copied frames outlive the buffer they came in', () => {
  const store = new FrameStore();
  const shared = Buffer.alloc(65535);
  const kept: { slab: Buffer; offset: number; length: number; fill: number }[] = [];
  for (let i = 0; i < 200; i++) {
    const length = (i * 7919) % 65536;
    shared.fill(i);
    const offset = store.copy(shared, length);
    kept.push({ slab: store.slab, offset, length, fill: i });
  }
  for (const { slab, offset, length, fill } of kept) {
    const frame = slab.subarray(offset, offset + length);
    expect(frame.length).toBe(length);
    expect(frame.equals(Buffer.alloc(length, fill))).toBe(true);
  }
  expect(new Set(kept.map(({ slab }) => slab)).size).toBeGreaterThan(10);
});

test('small frames share a block', () => {
  const store = new FrameStore();
  const first = store.slab;
  for (let i = 0; i < 4096; i++) store.copy(Buffer.alloc(64), 64);
  expect(store.slab === first).toBe(true);
  store.copy(Buffer.alloc(1), 1);
  expect(store.slab === first).toBe(false);
});
