import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.ts';

function fakeTerminal(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

const CLEAR = '\r\u001b[2K';

describe('createProgress', () => {
  it('draws counts, rate and time on one line, not too often', () => {
    const stream = fakeTerminal(true);
    let nowMs = 0;
    const progress = createProgress({ stream, now: () => nowMs });
    for (nowMs = 0; nowMs <= 500; nowMs += 10)
      progress.update({ packets: nowMs * 1000, bytes: nowMs * 24_691 });
    expect(stream.written).toEqual([
      `${CLEAR}200,000 packets  4.9 MB  1,000,000/s  200 ms`,
      `${CLEAR}400,000 packets  9.9 MB  1,000,000/s  400 ms`,
    ]);
  });

  it('shows the rate of the last interval, not the mean', () => {
    const stream = fakeTerminal(true);
    let nowMs = 0;
    const progress = createProgress({ stream, intervalMs: 1000, now: () => nowMs });
    nowMs = 1000;
    progress.update({ packets: 500, bytes: 0 });
    nowMs = 3000;
    progress.update({ packets: 700, bytes: 0, dropped: 3 });
    expect(stream.written[1]).toBe(`${CLEAR}700 packets  0 B  100/s  3 dropped  3.0 s`);
  });

  it('fits the width of the terminal', () => {
    const stream = fakeTerminal(true, 20);
    const progress = createProgress({ stream, intervalMs: 0, now: () => 0 });
    progress.update({ packets: 123_456_789, bytes: 1 });
    expect(stream.written[0].slice(CLEAR.length)).toHaveLength(19);
  });

  it('wipes its line once at the end', () => {
    const stream = fakeTerminal(true);
    let nowMs = 0;
    const progress = createProgress({ stream, now: () => nowMs });
    progress.stop();
    expect(stream.written).toEqual([]);
    nowMs = 1000;
    progress.update({ packets: 1, bytes: 1 });
    progress.stop();
    progress.stop();
    expect(stream.written).toHaveLength(2);
    expect(stream.written[1]).toBe(CLEAR);
  });

  it('writes nothing into a pipe', () => {
    const stream = fakeTerminal(false);
    const progress = createProgress({ stream, intervalMs: 0 });
    progress.update({ packets: 1, bytes: 1 });
    progress.stop();
    expect(stream.written).toEqual([]);
  });
});
