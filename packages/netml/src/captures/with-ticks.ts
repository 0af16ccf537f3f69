import { within } from '@antinex/runtime';

/** The items, and undefined whenever so many milliseconds have passed without one. Nothing is read ahead. */
export async function* withTicks<T>(
  items: AsyncIterable<T>,
  ms: number,
): AsyncGenerator<T | undefined, void> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      let result = await within(ms, next);
      while (result === undefined) {
        yield undefined;
        result = await within(ms, next);
      }
      if (result.done) return;
      yield result.value;
    }
  } finally {
    // Not waited for: an item may never come.
    iterator.return?.().catch(() => {});
  }
}
