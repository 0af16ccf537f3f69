import { type Foreign, foreign } from './foreign.ts';
import { nextHeader } from './ipv6-next.ts';
import type { Dissectors } from './walk.ts';

const next: Foreign['next'] = (data, at) => nextHeader(data[at]);

/** The mobility header's fields by message type, and what its length field counts apart from options. */
const MOBILITY_TYPES: Readonly<Record<number, Foreign>> = {
  0: mobility([1, 1, 1, 1, 2, 2], 0),
  1: mobility([1, 1, 1, 1, 2, -2, -8], 8),
  2: mobility([1, 1, 1, 1, 2, -2, -8], 8),
  3: mobility([1, 1, 1, 1, 2, 2, -8, -8], 16),
  4: mobility([1, 1, 1, 1, 2, 2, -8, -8], 16),
  5: mobility([1, 1, 1, 1, 2, 2, 2, 2], 4),
  6: mobility([1, 1, 1, 1, 2, 1, 1, 2, 2], 4),
  7: mobility([1, 1, 1, 1, 2, 1, 1, 16], 16),
};
const MOBILITY_OTHER = mobility([1, 1, 1, 1, 2], 6);
const MOBILITY_MINIMUM = 4;

function mobility(fields: readonly number[], counted: number): Foreign {
  return { fields, span: (data, at) => 8 * data[at + 1] - counted };
}

/** IPv6 extension headers. A fragment that is not the first still counts as the start of its packet. */
export const IPV6_EXTENSIONS = {
  ipv6Options: foreign({ fields: [1, 1], span: (data, at) => 8 * (data[at + 1] + 1) - 2, next }),
  ipv6Routing: foreign({
    fields: [1, 1, 1, 1, 4],
    span: (data, at) => 8 * data[at + 1],
    unit: 16,
    next,
  }),
  ipv6Fragment: foreign({ fields: [1, 1, 2, 4], next }),
  ipv6Mobility: foreign((data, at, end) =>
    end - at < MOBILITY_MINIMUM ? undefined : (MOBILITY_TYPES[data[at + 2]] ?? MOBILITY_OTHER),
  ),
} satisfies Partial<Dissectors>;
