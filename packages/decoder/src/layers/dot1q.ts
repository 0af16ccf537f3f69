import { u16 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** The VLAN tags of a frame, outermost first (IEEE 802.1Q, 802.1ad): one entry per tag in each list. */
export class Dot1q implements Layer {
  /** Priority code point, 0..7. */
  prio: number[] = [];
  /** Drop eligible indicator (once CFI). */
  dei: number[] = [];
  /** VLAN identifier, 0..4095. */
  vlan: number[] = [];
  /** EtherType behind each tag; null where a length stands, as in 802.3. */
  type: (number | null)[] = [];
  /** That length; only the last tag can have one. */
  len: number | undefined = undefined;

  get layer() {
    return 'dot1q' as const;
  }
}

const TAG = 4;
const MAX_LENGTH = 1500;

export function decodeDot1q(d: Decoding): void {
  if (d.end - d.pos < TAG) return d.fail('dot1q', `tag needs ${TAG} bytes, ${d.end - d.pos} are there`);
  let tags = d.layers.at(-1);
  if (!(tags instanceof Dot1q)) {
    tags = new Dot1q();
    d.layers.push(tags);
  }
  const { prio, dei, vlan, type } = tags as Dot1q;
  const control = u16(d.data, d.pos);
  prio.push(control >> 13);
  dei.push((control >> 12) & 1);
  vlan.push(control & 0xfff);
  const next = u16(d.data, d.pos + 2);
  d.pos += TAG;
  if (next > MAX_LENGTH) {
    type.push(next);
    return d.follow(Space.ETHER_TYPE, next);
  }
  type.push(null);
  (tags as Dot1q).len = next;
  d.limit('dot1q', d.pos, next);
  d.follow(Space.LLC_SAP, 0);
}

export type Dot1qFields = Pick<Dot1q, 'prio' | 'dei' | 'vlan' | 'type'> & Partial<Pick<Dot1q, 'len'>>;

export function encodeDot1q(fields: Dot1qFields, w: Writer): void {
  fields.vlan.forEach((vlan, i) => {
    w.u16((fields.prio[i] << 13) | (fields.dei[i] << 12) | vlan).u16(fields.type[i] ?? fields.len);
  });
}
