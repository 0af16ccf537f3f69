import { WidePackets } from './wide-packets.ts';

/** Packets of a chunk. A flow's chunks are a chain. */
const CHUNK_SHIFT = 2;
const CHUNK = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK - 1;
/** Packets of a segment. Memory grows by segments: nothing is ever copied to a larger place. */
const SEGMENT_SHIFT = 16;
const SEGMENT = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT - 1;
/** Chunks of a segment. */
const CHUNKS_SHIFT = SEGMENT_SHIFT - CHUNK_SHIFT;
const CHUNKS = 1 << CHUNKS_SHIFT;
const CHUNKS_MASK = CHUNKS - 1;
const NONE = -1;

/** Beside the eight TCP flags. */
export const PacketFlag = {
  /** Against the direction of the flow's first packet. */
  BACKWARD: 0x100,
  /** netml finds no header in it. */
  NO_HEADER: 0x200,
} as const;
const TCP_FLAGS = 0xff;

/*
 * A packet is two words. The first: gap in nanoseconds or microseconds, or the packet's number among the
 * wide ones; and what it is of these. The second: size, TCP flags, TTL.
 */
const WIDE = 0x8000_0000;
const BACKWARD = 0x4000_0000;
const MICROS = 0x2000_0000;
const GAP = 0x1fff_ffff;
const MAX_SIZE = 0xffff;

/**
 * The packets of many flows: how long after the one before each came, size, flags and TTL. 9 bytes each,
 * and 13 more for the few that do not fit: gaps above half a second to the nanosecond, or above nine
 * minutes to the microsecond; sizes above 65,535.
 *
 * A packet is known by its number, the one behind it in its chain by `next`.
 */
export class PacketStore {
  private readonly segments: Uint32Array[] = [];
  private readonly wide = new WidePackets();
  /** The chunk that follows each chunk, by segment. */
  private readonly chains: Int32Array[] = [];
  private chunks = 0;
  private free = NONE;

  /** The first packet of a new chain. */
  begin(): number {
    return this.newChunk() << CHUNK_SHIFT;
  }

  /** The packet behind the last one of a chain. */
  extend(last: number): number {
    if ((last & CHUNK_MASK) !== CHUNK_MASK) return last + 1;
    const chunk = this.newChunk();
    this.link(last >> CHUNK_SHIFT, chunk);
    return chunk << CHUNK_SHIFT;
  }

  next(packet: number): number {
    return (packet & CHUNK_MASK) !== CHUNK_MASK
      ? packet + 1
      : this.following(packet >> CHUNK_SHIFT) << CHUNK_SHIFT;
  }

  /**
   * Fills in a packet of `begin` or `extend`.
   *
   * @param gap nanoseconds; any number
   * @param flags the eight TCP flags, and PacketFlag
   */
  put(packet: number, gap: number, size: number, flags: number, ttl: number): void {
    const words = this.segments[packet >>> SEGMENT_SHIFT];
    const at = (packet & SEGMENT_MASK) * 2;
    const backward = flags & PacketFlag.BACKWARD ? BACKWARD : 0;
    words[at] = backward | this.gapWord(gap, size, flags);
    words[at + 1] = (size & MAX_SIZE) | ((flags & TCP_FLAGS) << 16) | (ttl << 24);
  }

  /** The same for a packet that was filled in before. */
  replace(packet: number, gap: number, size: number, flags: number, ttl: number): void {
    const word = this.word(packet, 0);
    if (word & WIDE) this.wide.remove(word & GAP);
    this.put(packet, gap, size, flags, ttl);
  }

  /** Nanoseconds. */
  gap(packet: number): number {
    const word = this.word(packet, 0);
    if (word & WIDE) return this.wide.gap(word & GAP);
    return word & MICROS ? (word & GAP) * 1000 : word & GAP;
  }

  size(packet: number): number {
    const word = this.word(packet, 0);
    return word & WIDE ? this.wide.size(word & GAP) : this.word(packet, 1) & MAX_SIZE;
  }

  flags(packet: number): number {
    const word = this.word(packet, 0);
    const noHeader = word & WIDE && this.wide.isMarked(word & GAP) ? PacketFlag.NO_HEADER : 0;
    const backward = word & BACKWARD ? PacketFlag.BACKWARD : 0;
    return ((this.word(packet, 1) >>> 16) & TCP_FLAGS) | backward | noHeader;
  }

  ttl(packet: number): number {
    return this.word(packet, 1) >>> 24;
  }

  /** Forgets a chain of `count` packets that begins a chunk. */
  release(first: number, count: number): void {
    let packet = first;
    for (let left = count; left > 0; left--) {
      const word = this.word(packet, 0);
      if (word & WIDE) this.wide.remove(word & GAP);
      const chunk = packet >> CHUNK_SHIFT;
      const isLastOfChunk = left === 1 || (packet & CHUNK_MASK) === CHUNK_MASK;
      if (left > 1) packet = this.next(packet);
      if (!isLastOfChunk) continue;
      this.link(chunk, this.free);
      this.free = chunk;
    }
  }

  private word(packet: number, word: 0 | 1): number {
    return this.segments[packet >>> SEGMENT_SHIFT][(packet & SEGMENT_MASK) * 2 + word];
  }

  private gapWord(gap: number, size: number, flags: number): number {
    if (size <= MAX_SIZE && (flags & PacketFlag.NO_HEADER) === 0 && gap >= 0) {
      if (gap <= GAP && Number.isInteger(gap)) return gap;
      const micros = gap / 1000;
      if (micros <= GAP && Number.isInteger(micros) && micros * 1000 === gap) return MICROS | micros;
    }
    return WIDE | this.wide.add(gap, size, (flags & PacketFlag.NO_HEADER) !== 0);
  }

  private newChunk(): number {
    if (this.free !== NONE) {
      const chunk = this.free;
      this.free = this.following(chunk);
      return chunk;
    }
    if (this.chunks << CHUNK_SHIFT === this.segments.length << SEGMENT_SHIFT) this.addSegment();
    return this.chunks++;
  }

  private addSegment(): void {
    this.segments.push(new Uint32Array(2 * SEGMENT));
    this.chains.push(new Int32Array(CHUNKS));
  }

  private following(chunk: number): number {
    return this.chains[chunk >>> CHUNKS_SHIFT][chunk & CHUNKS_MASK];
  }

  private link(chunk: number, to: number): void {
    this.chains[chunk >>> CHUNKS_SHIFT][chunk & CHUNKS_MASK] = to;
  }
}
