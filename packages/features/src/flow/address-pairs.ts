import type { PacketHeaders } from '../packet/packet-headers.ts';

/** Words of a pair: source, destination. */
const WORDS = 8;
const DESTINATION = 4;
/** Pairs of a segment. */
const SEGMENT_SHIFT = 10;
const SEGMENT = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT - 1;
const NONE = -1;

/** Pairs of IPv6 addresses by number. */
export class AddressPairs {
  private readonly segments: Int32Array[] = [];
  private used = 0;
  /** The first of those that were removed; each one's first word is the number of the next. */
  private free = NONE;

  /** A pair to be filled in. */
  add(): number {
    if (this.free !== NONE) {
      const pair = this.free;
      this.free = this.wordsOf(pair)[placeOf(pair)];
      return pair;
    }
    if (this.used === this.segments.length << SEGMENT_SHIFT)
      this.segments.push(new Int32Array(SEGMENT * WORDS));
    return this.used++;
  }

  remove(pair: number): void {
    this.wordsOf(pair)[placeOf(pair)] = this.free;
    this.free = pair;
  }

  put(pair: number, h: PacketHeaders): void {
    const words = this.wordsOf(pair);
    const at = placeOf(pair);
    words[at] = h.source0;
    words[at + 1] = h.source1;
    words[at + 2] = h.source2;
    words[at + 3] = h.source3;
    words[at + DESTINATION] = h.destination0;
    words[at + DESTINATION + 1] = h.destination1;
    words[at + DESTINATION + 2] = h.destination2;
    words[at + DESTINATION + 3] = h.destination3;
  }

  copy(pair: number, from: AddressPairs, fromPair: number): void {
    const fromWords = from.wordsOf(fromPair);
    const fromAt = placeOf(fromPair);
    const words = this.wordsOf(pair);
    const at = placeOf(pair);
    for (let word = 0; word < WORDS; word++) words[at + word] = fromWords[fromAt + word];
  }

  isForward(pair: number, h: PacketHeaders): boolean {
    const words = this.wordsOf(pair);
    const at = placeOf(pair);
    return (
      isAt(words, at, h.source0, h.source1, h.source2, h.source3) &&
      isAt(words, at + DESTINATION, h.destination0, h.destination1, h.destination2, h.destination3)
    );
  }

  isBackward(pair: number, h: PacketHeaders): boolean {
    const words = this.wordsOf(pair);
    const at = placeOf(pair);
    return (
      isAt(words, at + DESTINATION, h.source0, h.source1, h.source2, h.source3) &&
      isAt(words, at, h.destination0, h.destination1, h.destination2, h.destination3)
    );
  }

  /** Puts the words of both addresses, the source first, at the beginning of `into`. */
  unpack(pair: number, into: Uint32Array): void {
    const words = this.wordsOf(pair);
    const at = placeOf(pair);
    for (let word = 0; word < WORDS; word++) into[word] = words[at + word];
  }

  /** Puts the 16 bytes of an address into a buffer; answers their number. */
  putAddress(pair: number, end: 'source' | 'destination', into: Buffer): number {
    const words = this.wordsOf(pair);
    const at = placeOf(pair) + (end === 'source' ? 0 : DESTINATION);
    for (let word = 0; word < 4; word++) into.writeInt32BE(words[at + word], 4 * word);
    return 16;
  }

  private wordsOf(pair: number): Int32Array {
    return this.segments[pair >>> SEGMENT_SHIFT];
  }
}

/** Where in its segment a pair begins. */
const placeOf = (pair: number): number => (pair & SEGMENT_MASK) * WORDS;

function isAt(
  words: Int32Array,
  at: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
): boolean {
  return words[at] === word0 && words[at + 1] === word1 && words[at + 2] === word2 && words[at + 3] === word3;
}
