import { LinkType } from '@antinex/decoder';
import { expect, test } from 'vitest';
import { linkTypeOf } from './cap-handle.ts';

test.each([
  ['ETHERNET', LinkType.ETHERNET],
  ['RAW', LinkType.RAW],
  ['LINKTYPE_LINUX_SLL', LinkType.LINUX_SLL],
  ['Unknown linktype 276', LinkType.LINUX_SLL2],
])('%s', (name, linkType) => {
  expect(linkTypeOf(name)).toBe(linkType);
});
