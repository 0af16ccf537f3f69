import { u16 } from '../bytes.ts';
import { type Foreign, foreign } from './foreign.ts';
import type { LayerName } from './names.ts';
import type { Dissectors } from './walk.ts';

const ENCRYPTED = 1;

/** Payload types with more than the four bytes that all have. */
const PAYLOADS: ReadonlyMap<number, LayerName> = new Map<number, LayerName>([
  [1, 'isakmpSa'],
  [2, 'isakmpProposal'],
  [3, 'isakmpLongPayload'],
  [5, 'isakmpLongPayload'],
]);
const payload = (type: number): LayerName | undefined =>
  type === 0 ? undefined : (PAYLOADS.get(type) ?? 'isakmpPayload');

const next: Foreign['next'] = (data, at) => payload(data[at]);

/** IKE on UDP port 500. A security association crashes the original. */
export const ISAKMP_LAYERS = {
  isakmp: foreign({
    fields: [-8, -8, 1, 1, 1, 1, 4, 4],
    next: (data, at) => (data[at + 19] & ENCRYPTED ? undefined : payload(data[at + 16])),
  }),
  isakmpPayload: foreign({ fields: [1, 1, 2], span: (data, at) => u16(data, at + 2) - 4, next }),
  isakmpSa: foreign({ fields: [1, 1, 2, 4, 4], span: (data, at) => u16(data, at + 2) - 12, next }),
  isakmpProposal: foreign({ fields: [1, 1, 2, 1, 1, 1, 1], span: (data, at) => u16(data, at + 2) - 8, next }),
  isakmpLongPayload: foreign({
    fields: [1, 1, 2, 1, 1, 2],
    span: (data, at) => u16(data, at + 2) - 8,
    next,
  }),
} satisfies Partial<Dissectors>;
