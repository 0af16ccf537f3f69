import { expect, test } from 'vitest';
import { type Clocks, WallClock } from './wall-clock.ts';

function fakeClocks(originMs: number) {
  const clocks = {
    originMs,
    elapsedMs: 0,
    stepMs: 0,
    now: () => clocks.elapsedMs,
    wallMs: () => Math.floor(clocks.originMs + clocks.elapsedMs + clocks.stepMs),
  };
  return clocks satisfies Clocks;
}

const inMs = (clock: WallClock) => clock.seconds * 1000 + clock.nanos / 1e6;

test('keeps the fraction of the monotonic clock', () => {
  const clocks = fakeClocks(1_700_000_000_250);
  const clock = new WallClock(clocks);
  clocks.elapsedMs = 0.123456;
  clock.read();
  expect([clock.seconds, clock.nanos]).toEqual([1_700_000_000, 250_123_456]);
});

test('carries into the seconds', () => {
  const clocks = fakeClocks(1_700_000_000_999.5);
  const clock = new WallClock(clocks);
  clocks.elapsedMs = 0.5;
  clock.read();
  expect([clock.seconds, clock.nanos]).toEqual([1_700_000_001, 0]);
});

test('ignores the milliseconds that Date.now() cuts off', () => {
  const clocks = fakeClocks(1_700_000_000_000.9);
  const clock = new WallClock(clocks);
  let last = 0;
  for (let i = 0; i < 5000; i++) {
    clocks.elapsedMs += 1.7;
    clock.read();
    expect(inMs(clock) - last).toBeGreaterThan(0);
    last = inMs(clock);
  }
  expect(last).toBeCloseTo(1_700_000_000_000.9 + 8500, 2);
});

test.each([3_600_000, -3_600_000, 5])('follows a clock that was set by %i ms', (stepMs) => {
  const clocks = fakeClocks(1_700_000_000_000);
  const clock = new WallClock(clocks);
  clock.read();
  clocks.stepMs = stepMs;
  clocks.elapsedMs = 1500;
  clock.read();
  expect(Math.abs(inMs(clock) - clocks.wallMs())).toBeLessThan(1.01);
});

test('agrees with the real clock', () => {
  const clock = new WallClock();
  clock.read();
  expect(Math.abs(inMs(clock) - Date.now())).toBeLessThan(50);
});
