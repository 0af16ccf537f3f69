import { isIP } from 'node:net';
import { parseIpv4, parseIpv6 } from '@antinex/decoder/packet';
import { KEY_NUMBER } from '../../flow/key-numbers.ts';
import { type NumberRange, NumberRanges } from './number-ranges.ts';

const WORD_BITS = 32;
const IPV4_WORDS = 1;
const IPV6_WORDS = 4;
const BLOCK = /^([^/%]+)(?:\/(\d{1,3}))?$/;

/** The addresses of `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32` and the like; undefined for other texts. */
export function addressRange(text: string): NumberRange | undefined {
  const [, address = '', length] = BLOCK.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const words = wordsOf(version === 4 ? parseIpv4(address) : parseIpv6(address));
  const bits = length === undefined ? words.length * WORD_BITS : Number(length);
  if (bits > words.length * WORD_BITS) return undefined;
  const free = words.map((_, i) => freeBits(bits - i * WORD_BITS));
  return {
    low: words.map((word, i) => (word & ~free[i]) >>> 0),
    high: words.map((word, i) => (word | free[i]) >>> 0),
  };
}

/** Addresses of both versions. */
export class AddressSet {
  private readonly ipv4: NumberRanges;
  private readonly ipv6: NumberRanges;

  constructor(ranges: readonly NumberRange[]) {
    const ofWidth = (width: number) =>
      new NumberRanges(
        width,
        ranges.filter(({ low }) => low.length === width),
      );
    this.ipv4 = ofWidth(IPV4_WORDS);
    this.ipv6 = ofWidth(IPV6_WORDS);
  }

  /** Whether an address of a key is one of them: that at KEY_NUMBER.SOURCE or DESTINATION. */
  has(key: Uint32Array, at: number): boolean {
    const version = key[KEY_NUMBER.VERSION];
    if (version === 4) return this.ipv4.has(key, at);
    return version === 6 && this.ipv6.has(key, at);
  }
}

const wordsOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32BE(4 * i));

/** The bits of a word that may be anything when so many of it are fixed. */
function freeBits(fixed: number): number {
  if (fixed <= 0) return 0xffff_ffff;
  return fixed >= WORD_BITS ? 0 : 0xffff_ffff >>> fixed;
}
