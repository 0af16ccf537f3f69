import { expect, test } from 'vitest';
import { dltOf, linkTypeOf } from './link-types.ts';

test.each([
  ['Ethernet', 1, 1],
  ['raw IP', 12, 101],
  ['LLC over ATM', 11, 100],
  ['IP over ATM', 19, 106],
  ['Linux cooked', 113, 113],
  ['Linux cooked v2', 276, 276],
])('%s', (_, dlt, linkType) => {
  expect(linkTypeOf(dlt)).toBe(linkType);
  expect(dltOf(linkType)).toBe(dlt);
});
