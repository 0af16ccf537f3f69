import { type DecodedPacket, Decoding, Space } from './decoding.ts';
import { Raw } from './layers/raw.ts';
import type { Packet } from './packet.ts';
import { nextDecoder } from './registry.ts';

/** Deepest stack that is followed; real tunnels stay below ten. */
const MAX_LAYERS = 32;

/**
 * Decodes one frame. Never throws: what could be read is in `layers`, `problem` says why it ended,
 * bytes no layer read are in the `raw` layer, and bytes behind the packet's own end in `padding`.
 */
export function decode(packet: Packet): DecodedPacket {
  const d = new Decoding(packet);
  d.follow(Space.LINK, packet.linkType);
  for (;;) {
    const next = nextDecoder(d);
    if (next === undefined) break;
    if (d.layers.length >= MAX_LAYERS) {
      d.malformed('frame', `more than ${MAX_LAYERS} layers`);
      break;
    }
    d.follow(Space.NONE, 0);
    next(d);
  }
  if (d.pos < d.end) d.layers.push(new Raw('raw', d.pos, d.end));
  const rest = Math.max(d.pos, d.end);
  if (rest < d.frameEnd) d.layers.push(new Raw('padding', rest, d.frameEnd));
  return d;
}
