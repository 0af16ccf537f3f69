import { u32 } from '../bytes.ts';
import { type Decoding, Space } from '../decoding.ts';
import type { Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** A label stack (RFC 3032), outermost first: one entry per label in each list. */
export class Mpls implements Layer {
  label: number[] = [];
  /** Traffic class, three bits. */
  cos: number[] = [];
  /** Bottom of stack. */
  s: number[] = [];
  ttl: number[] = [];

  get layer() {
    return 'mpls' as const;
  }
}

const ENTRY = 4;
const MAX_LABELS = 16;
const ETHER_TYPES: Record<number, number> = { 4: 0x0800, 6: 0x86dd };

export function decodeMpls(d: Decoding): void {
  const layer = new Mpls();
  let bottom = 0;
  while (bottom === 0) {
    if (d.end - d.pos < ENTRY) {
      d.fail('mpls', `label needs ${ENTRY} bytes, ${d.end - d.pos} are there`);
      break;
    }
    if (layer.label.length === MAX_LABELS) {
      d.malformed('mpls', `more than ${MAX_LABELS} labels`);
      break;
    }
    const word = u32(d.data, d.pos);
    bottom = (word >>> 8) & 1;
    layer.label.push(word >>> 12);
    layer.cos.push((word >>> 9) & 7);
    layer.s.push(bottom);
    layer.ttl.push(word & 255);
    d.pos += ENTRY;
  }
  if (layer.label.length > 0) d.layers.push(layer);
  // Nothing in the stack names what follows; the first nibble tells IP apart from pseudowires.
  if (bottom === 1 && d.pos < d.end) d.follow(Space.ETHER_TYPE, ETHER_TYPES[d.data[d.pos] >> 4] ?? -1);
}

export type MplsFields = Pick<Mpls, 'label' | 'cos' | 's' | 'ttl'>;

export function encodeMpls(fields: MplsFields, w: Writer): void {
  fields.label.forEach((label, i) => {
    w.u32(label * 4096 + ((fields.cos[i] << 9) | (fields.s[i] << 8) | fields.ttl[i]));
  });
}
