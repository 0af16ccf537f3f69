import { u16, u32 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';

/** Fragment header (RFC 8200, 4.5). */
export interface Fragment {
  nh: number;
  /** In 8-byte units. */
  offset: number;
  /** More fragments follow. */
  m: number;
  id: number;
}

export interface ExtensionWalk {
  ext: number[];
  proto: number;
  frag: Fragment | undefined;
  /** False when an extension header was cut short. */
  complete: boolean;
}

const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Hop-by-hop, routing, destination options, mobility, HIP, shim6: next header, length in 8-byte units beyond 8. */
const PLAIN = new Set([0, 43, 60, 135, 139, 140]);
const MAX_HEADERS = 16;

/** Moves `d.pos` behind the extension headers and tells what they were. */
export function walkExtensions(d: Decoding, first: number): ExtensionWalk {
  const walk: ExtensionWalk = { ext: [], proto: first, frag: undefined, complete: true };
  for (;;) {
    const kind = walk.proto;
    if (!PLAIN.has(kind) && kind !== FRAGMENT && kind !== AUTHENTICATION) return walk;
    const have = d.end - d.pos;
    const size = have < 8 ? 8 : sizeOf(kind, d.data[d.pos + 1]);
    if (have < size || walk.ext.length === MAX_HEADERS) {
      if (have < size) d.fail('ipv6', `extension header ${kind} needs ${size} bytes, ${have} are there`);
      else d.malformed('ipv6', `more than ${MAX_HEADERS} extension headers`);
      walk.complete = false;
      return walk;
    }
    walk.ext.push(kind);
    walk.proto = d.data[d.pos];
    if (kind === FRAGMENT) {
      const word = u16(d.data, d.pos + 2);
      walk.frag = { nh: walk.proto, offset: word >> 3, m: word & 1, id: u32(d.data, d.pos + 4) };
    }
    d.pos += size;
    // Behind a later fragment's header lies the middle of the packet, not another header.
    if (walk.frag !== undefined && walk.frag.offset > 0) return walk;
  }
}

function sizeOf(kind: number, length: number): number {
  if (kind === FRAGMENT) return 8;
  return kind === AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
}
