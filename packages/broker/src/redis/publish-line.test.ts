import { describe, expect, it } from 'vitest';
import { PublishLine } from './publish-line.ts';

/** Joins batches 0..count-1 and notes how they end. */
function lineOf(count: number, signals: Record<number, AbortSignal> = {}) {
  const line = new PublishLine<number>();
  const ends: (string | undefined)[] = Array.from({ length: count }, () => undefined);
  for (let i = 0; i < count; i++) {
    line.join(i, signals[i]).then(
      () => {
        ends[i] = 'taken';
      },
      (error) => {
        ends[i] = String(error);
      },
    );
  }
  return { line, ends, left: () => [...line].map(({ load }) => load) };
}

describe('the line of publishes', () => {
  it('delivers from its head', async () => {
    const { line, ends, left } = lineOf(3);
    expect(await line.deliver([...line].slice(0, 2), async () => 'answer')).toBe('answer');
    await null;
    expect(ends).toEqual(['taken', 'taken', undefined]);
    expect(left()).toEqual([2]);
  });

  it('keeps what could not be delivered, in its place', async () => {
    const { line, ends, left } = lineOf(3);
    const failing = line.deliver([...line].slice(0, 2), () => Promise.reject(new Error('lost')));
    await expect(failing).rejects.toThrow('lost');
    expect(ends).toEqual([undefined, undefined, undefined]);
    expect(left()).toEqual([0, 1, 2]);
  });

  it('lets go of what is aborted: at once in line, after the answer on the way', async () => {
    const [first, second, third] = [0, 1, 2].map(() => new AbortController());
    const { line, ends, left } = lineOf(4, { 0: first.signal, 1: second.signal, 2: third.signal });
    let answer = () => {};
    let lose = (_: Error) => {};
    const sending = (count: number) =>
      line.deliver([...line].slice(0, count), () => {
        return new Promise<void>((resolve, reject) => {
          answer = resolve;
          lose = reject;
        });
      });
    const delivered = sending(1);
    first.abort('too late');
    third.abort('given up');
    await null;
    expect(ends).toEqual([undefined, undefined, 'given up', undefined]);
    answer();
    await delivered;
    const lost = sending(2);
    second.abort('who knows');
    lose(new Error('lost'));
    await expect(lost).rejects.toThrow('lost');
    await null;
    expect(ends).toEqual(['taken', 'who knows', 'given up', undefined]);
    expect(left()).toEqual([3]);
  });

  it('settles when all have ended, however', async () => {
    const { line, ends } = lineOf(2);
    const settled = line.settled();
    line.reject([...line][0], 'too large');
    line.reject([...line][0], 'closed');
    await settled;
    expect(ends).toEqual(['too large', 'closed']);
    expect(line.length).toBe(0);
    await line.settled();
  });

  it('rejects all at once', async () => {
    const { line, ends } = lineOf(3);
    line.rejectAll('refused');
    await line.settled();
    expect(ends).toEqual(['refused', 'refused', 'refused']);
  });
});
