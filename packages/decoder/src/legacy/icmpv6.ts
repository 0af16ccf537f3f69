import { u16 } from '../bytes.ts';
import { type Foreign, foreign } from './foreign.ts';
import type { LayerName } from './names.ts';
import type { Dissectors } from './walk.ts';

const quotes = (): LayerName => 'ipError6';
/** Fewer than two bytes are no neighbour discovery option. */
const options: Foreign['next'] = (_data, _at, from, to) => (to - from > 1 ? 'icmpv6NdOption' : undefined);

interface Message extends Foreign {
  /** A shorter message is `raw`. */
  minimum: number;
}

const error: Message = { minimum: 8, fields: [1, 1, 2, 4], next: quotes };
const echo: Message = { minimum: 8, fields: [1, 1, 2, 2, 2], span: () => Number.POSITIVE_INFINITY };
const listener: Message = { minimum: 24, fields: [1, 1, 2, 2, 2, 16] };
const neighbour: Message = { minimum: 24, fields: [1, 1, 2, 4, 16], next: options };
const discovery: Message = { minimum: 8, fields: [1, 1, 2, 4], next: options };
const router: Message = { minimum: 4, fields: [1, 1, 2], keep: () => 4 };

const MESSAGES: Readonly<Record<number, Message>> = {
  1: error,
  2: error,
  3: error,
  4: error,
  128: echo,
  129: echo,
  130: listener,
  131: listener,
  132: listener,
  133: discovery,
  134: { minimum: 16, fields: [1, 1, 2, 1, 1, 2, 4, 4], next: options },
  135: neighbour,
  136: neighbour,
  137: { minimum: 40, fields: [1, 1, 2, 4, 16, 16], next: options },
  141: discovery,
  142: discovery,
  144: { minimum: 8, fields: [1, 1, 2, 2, 2] },
  145: { minimum: 8, fields: [1, 1, 2, 2, 2], span: () => Number.POSITIVE_INFINITY, unit: 16 },
  146: { minimum: 8, fields: [1, 1, 2, 2, 2] },
  147: { minimum: 8, fields: [1, 1, 2, 2, 2], next: options },
  151: { minimum: 8, fields: [1, 1, 2, 2, 2], keep: () => 8 },
  152: router,
  153: router,
};

const NODE_QUERY = 139;
const NODE_REPLY = 140;
const NODE_MINIMUM = 7;
const NODE_FIELDS = [1, 1, 2, 2, 2, -8];
const QUERY_TYPES = [0, 2, 3, 4];

const QUERY: Foreign = {
  fields: NODE_FIELDS,
  span: (data, at, available) => {
    if (u16(data, at + 4) === 0) return 0;
    const size = ({ 0: 16, 2: 4 } as Record<number, number>)[data[at + 1]] ?? available;
    return size <= available ? size : undefined;
  },
};
const REPLY: Foreign = {
  fields: NODE_FIELDS,
  span: (data, at, available) => {
    const type = u16(data, at + 4);
    if (data[at + 1] !== 0 || type === 0) return 0;
    if (type === 2) return available < 4 ? 0 : available;
    const size = ({ 3: 20, 4: 8 } as Record<number, number>)[type] ?? 1;
    return available - (available % size);
  },
};

function nodeInformation(data: Buffer, at: number, end: number): Foreign | undefined {
  const long = end - at >= NODE_MINIMUM;
  if (data[at] === NODE_QUERY) return long && QUERY_TYPES.includes(u16(data, at + 4)) ? QUERY : undefined;
  const code = end - at > 1 ? data[at + 1] : -1;
  return code === 1 || code === 2 || (code === 0 && long) ? REPLY : undefined;
}

/** `icmpv6*`: the original's consumer drops them; errors quote a packet, discovery has options. */
export const ICMPV6_LAYERS = {
  icmpv6: foreign((data, at, end) => {
    const type = data[at];
    if ((type === NODE_QUERY && end - at > 2) || type === NODE_REPLY) return nodeInformation(data, at, end);
    const message = MESSAGES[type];
    return message !== undefined && end - at >= message.minimum ? message : undefined;
  }),
  icmpv6NdOption: foreign((data, at) => OPTIONS[data[at]]),
} satisfies Partial<Dissectors>;

const units = (data: Buffer, at: number) => 8 * (data[at + 1] - 1);
const link: Foreign = { fields: [1, 1, 6], next: options };
const small: Foreign = { fields: [1, 1, 2, 4], next: options };
const prefix: Foreign = { fields: [1, 1, 1, 1, 4, 16], next: options };
const list: Foreign = { fields: [1, 1, -6], span: units, unit: 16, next: options };

const OPTIONS: Readonly<Record<number, Foreign>> = {
  1: link,
  2: link,
  3: { fields: [1, 1, 1, 1, 4, 4, 4, 16], next: options },
  4: { fields: [1, 1, -6], span: units, next: options },
  5: small,
  6: { fields: [1, 1, 1, 1, 4], next: options },
  7: small,
  8: { fields: [1, 1, 2, 2, 2], next: options },
  9: list,
  10: list,
  17: prefix,
  18: prefix,
  19: { fields: [1, 1, 1, 6], next: options },
  23: { fields: [1, 1, 1, 1, 4, 16], next: options },
  24: { fields: [1, 1, 1, 1, 4], span: routePrefix, next: options },
  25: { fields: [1, 1, 2, 4], span: units, unit: 16, next: options },
  26: { fields: [1, 1, 6], next: options },
};

/** A prefix of up to 16 bytes; kamene cannot read a longer one, nor one that is cut. */
function routePrefix(data: Buffer, at: number, available: number): number | undefined {
  const size = units(data, at);
  if (size >= 0 && size <= 16) return size <= available ? size : undefined;
  return size > 16 && available === 16 ? size : undefined;
}
