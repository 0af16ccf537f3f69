import { u16 } from '../bytes.ts';
import { type Foreign, foreign } from './foreign.ts';
import type { LayerName } from './names.ts';
import type { Dissectors } from './walk.ts';

const rest = () => Number.POSITIVE_INFINITY;

/** Fewer than four bytes behind an SCTP header or chunk are padding. */
const chunk = (_data: Buffer, _at: number, from: number, to: number): LayerName =>
  to - from < 4 ? 'sctpPadding' : 'sctpChunk';

/** A chunk whose length field counts `header` bytes before its variable part. */
const variable = (fields: readonly number[], header: number, align = 1): Foreign => ({
  fields,
  span: (data, at) => u16(data, at + 2) - header,
  align,
  next: chunk,
});
const data = variable([1, 1, 2, 4, 2, 2, 4], 16, 4);
const init = variable([1, 1, 2, 4, 4, 2, 2, 4], 20);
const heartbeat = variable([1, 1, 2], 4);
const filled = variable([1, 1, 2], 4, 4);
const bare: Foreign = { fields: [1, 1, 2], next: chunk };

const CHUNKS: Readonly<Record<number, Foreign>> = {
  0: data,
  1: init,
  2: init,
  3: {
    fields: [1, 1, 2, 4, 4, 2, 2],
    span: (bytes, at) => 4 * (u16(bytes, at + 12) + u16(bytes, at + 14)),
    unit: 4,
    next: chunk,
  },
  4: heartbeat,
  5: heartbeat,
  6: filled,
  7: { fields: [1, 1, 2, 4], next: chunk },
  8: bare,
  9: filled,
  10: filled,
  11: bare,
  14: bare,
};

/** Kamene's other layers above IP. */
export const TRANSPORTS = {
  ah: foreign({ fields: [1, 1, 2, 4, 4], span: rest }),
  esp: foreign({ fields: [4, 4], span: rest }),
  vrrp: foreign({
    fields: [1, 1, 1, 1, 1, 1, 2],
    span: (bytes, at) => 4 * bytes[at + 3],
    unit: 4,
    after: [4, 4],
  }),
  sctp: foreign({ fields: [2, 2, 4, 4], next: chunk }),
  sctpChunk: foreign((bytes, at) => CHUNKS[bytes[at]]),
  sctpPadding: (walk, at, end) => {
    walk.padding(at, end);
    return true;
  },
} satisfies Partial<Dissectors>;
