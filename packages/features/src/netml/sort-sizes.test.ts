import { expect, it } from 'vitest';
import { sortSizes } from './sort-sizes.ts';

it.each([0, 1, 2, 23, 24, 25, 1000])('sorts the first %d sizes, and leaves the others', (count) => {
  const sizes = Uint32Array.from({ length: count + 3 }, (_, i) => (i * 7919 * 400_000) % 4_294_967_291);
  const expected = [...sizes.slice(0, count).sort((a, b) => a - b), ...sizes.slice(count)];
  sortSizes(sizes, count);
  expect([...sizes]).toEqual(expected);
});
