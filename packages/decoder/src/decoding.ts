import type { FieldEnds, Layer, Problem } from './layer.ts';
import type { Packet } from './packet.ts';

/** The number spaces in which a header can name what follows it. */
export const Space = {
  NONE: 0,
  LINK: 1,
  ETHER_TYPE: 2,
  PPP: 3,
  IP_PROTOCOL: 4,
  UDP_PORT: 5,
  TCP_PORT: 6,
  LLC_SAP: 7,
} as const;
export type Space = (typeof Space)[keyof typeof Space];

/**
 * A packet on its way through the layers, and then the result: `DecodedPacket`.
 *
 * Each layer reads at `pos`, never beyond `end`, pushes itself, moves `pos` past its header, lowers
 * `end` where its length field says so, and names what follows with `follow()`.
 */
export class Decoding {
  readonly packet: Packet;
  readonly data: Buffer;
  readonly layers: Layer[] = [];
  /** Next byte to read. */
  pos: number;
  /** End of what the present layer may read. */
  end: number;
  /** End of the captured frame. */
  readonly frameEnd: number;
  /** True when bytes the packet speaks of were not captured. */
  truncated: boolean;
  /** True while `end` is where the capture cut the packet off, not where a length field says. */
  open: boolean;
  /** The first thing that went wrong. */
  problem: Problem | null = null;
  /** Inside the packet that an ICMP error quotes: cut short by design, so nothing there is an error. */
  quoted = false;
  /** Inside the first fragment of a packet: what its headers and length fields speak of lies in later frames. */
  fragment = false;
  /** Captured bytes behind the outermost transport header; -1 when there is none. */
  payloadLength = -1;
  space: Space = Space.NONE;
  id = 0;
  /** A second number to try when `id` has no decoder (the other port). */
  otherId = -1;

  constructor(packet: Packet) {
    this.packet = packet;
    this.data = packet.data;
    this.pos = packet.offset;
    this.end = packet.offset + packet.capturedLength;
    this.frameEnd = this.end;
    this.truncated = packet.capturedLength < packet.originalLength;
    this.open = this.truncated;
  }

  /** Names the next layer; without a decoder for it, the rest is `raw`. */
  follow(space: Space, id: number, otherId = -1): void {
    this.space = space;
    this.id = id;
    this.otherId = otherId;
  }

  /** Marks `pos` as the start of a transport's payload; the outermost one counts. */
  transport(): void {
    if (this.payloadLength < 0 && !this.quoted) this.payloadLength = this.end - this.pos;
  }

  /**
   * Records that bytes ran out in `layer`: the capture cut them off, or the packet contradicts itself.
   * A first fragment that was captured whole does neither.
   */
  fail(layer: string, reason: string): void {
    if (this.problem !== null || this.quoted) return;
    if (this.open) this.problem = { layer, kind: 'truncated', reason };
    else if (!this.fragment) this.problem = { layer, kind: 'malformed', reason };
  }

  /** Records that the packet contradicts itself, however much of it was captured. */
  malformed(layer: string, reason: string): void {
    if (this.problem === null && !this.quoted) this.problem = { layer, kind: 'malformed', reason };
  }

  /**
   * Narrows `end` to `length` bytes from `start`, as a length field says. More bytes than there are
   * is a fault of the packet, unless the capture cut it or it is a first fragment.
   */
  limit(layer: string, start: number, length: number): void {
    const end = start + length;
    if (end <= this.end) {
      this.end = end;
      this.open = false;
    } else if (!this.open && !this.fragment) {
      this.malformed(layer, `length ${length} exceeds the ${this.end - start} bytes there are`);
    }
  }

  /**
   * Decodes what a cut header still holds: fields that are complete stay, the others become
   * undefined; what follows the last complete field is left for `raw`.
   */
  partial<T extends Layer>(
    name: string,
    need: number,
    ends: FieldEnds,
    build: (data: Buffer, at: number) => T,
  ): void {
    const have = this.end - this.pos;
    const scratch = Buffer.alloc(need);
    this.data.copy(scratch, 0, this.pos, this.end);
    const layer = build(scratch, 0) as T & Record<string, unknown>;
    let used = 0;
    for (const [field, end] of ends) {
      if (end <= have) used = Math.max(used, end);
      else (layer as Record<string, unknown>)[field] = undefined;
    }
    if (used > 0) this.layers.push(layer);
    this.pos += used;
    this.fail(name, `header needs ${need} bytes, ${have} are there`);
  }
}

/** A packet after decoding. */
export type DecodedPacket = Pick<Decoding, 'packet' | 'layers' | 'truncated' | 'problem' | 'payloadLength'>;

/** A layer's decoder: see `Decoding`. */
export type LayerDecoder = (d: Decoding) => void;
