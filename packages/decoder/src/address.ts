import { HEX, u16, u32 } from './bytes.ts';

/*
 * Traffic repeats its addresses, and an address as text is ten small strings: each formatter keeps
 * the last text per slot of a small direct-mapped cache (fixed size, whatever the traffic does).
 */
const SLOTS = 4096;
const DEC = Array.from({ length: 256 }, (_, i) => String(i));

const macHigh = new Float64Array(SLOTS).fill(-1);
const macLow = new Float64Array(SLOTS);
const macText = new Array<string>(SLOTS).fill('');

/** Six bytes as `aa:bb:cc:dd:ee:ff`. */
export function mac(data: Uint8Array, at: number): string {
  const high = u16(data, at);
  const low = u32(data, at + 2);
  const slot = (low ^ (low >>> 12) ^ high) & (SLOTS - 1);
  if (macHigh[slot] === high && macLow[slot] === low) return macText[slot];
  macHigh[slot] = high;
  macLow[slot] = low;
  macText[slot] = macOf(data, at, 6);
  return macText[slot];
}

/** `length` bytes as hex pairs with colons between. */
export function macOf(data: Uint8Array, at: number, length: number): string {
  let text = length > 0 ? HEX[data[at]] : '';
  for (let i = 1; i < length; i++) text += `:${HEX[data[at + i]]}`;
  return text;
}

const ipv4Key = new Float64Array(SLOTS).fill(-1);
const ipv4Text = new Array<string>(SLOTS).fill('');

/** Four bytes as a dotted quad. */
export function ipv4(data: Uint8Array, at: number): string {
  const key = u32(data, at);
  const slot = (key ^ (key >>> 12) ^ (key >>> 22)) & (SLOTS - 1);
  if (ipv4Key[slot] === key) return ipv4Text[slot];
  const text = `${DEC[data[at]]}.${DEC[data[at + 1]]}.${DEC[data[at + 2]]}.${DEC[data[at + 3]]}`;
  ipv4Key[slot] = key;
  ipv4Text[slot] = text;
  return text;
}

const ipv6Key = new Float64Array(SLOTS * 4).fill(-1);
const ipv6Text = new Array<string>(SLOTS).fill('');

/** Sixteen bytes as RFC 5952 text: lower case, the longest run of zero groups as `::`. */
export function ipv6(data: Uint8Array, at: number): string {
  const a = u32(data, at);
  const b = u32(data, at + 4);
  const c = u32(data, at + 8);
  const d = u32(data, at + 12);
  const slot = (a ^ b ^ c ^ d ^ (d >>> 12) ^ (a >>> 20)) & (SLOTS - 1);
  const k = slot * 4;
  if (ipv6Key[k] === a && ipv6Key[k + 1] === b && ipv6Key[k + 2] === c && ipv6Key[k + 3] === d) {
    return ipv6Text[slot];
  }
  ipv6Key[k] = a;
  ipv6Key[k + 1] = b;
  ipv6Key[k + 2] = c;
  ipv6Key[k + 3] = d;
  ipv6Text[slot] = ipv6Of(data, at);
  return ipv6Text[slot];
}

function ipv6Of(data: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => u16(data, at + 2 * i));
  let start = -1;
  let length = 1; // a single zero group is not shortened
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      start = i;
      length = run;
    }
    i += run;
  }
  const words = groups.map((g) => g.toString(16));
  // IPv4-mapped and IPv4-compatible addresses keep their dotted tail, as inet_ntop writes them.
  const mapped = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  if (mapped) return `${length === 6 ? '::' : '::ffff:'}${ipv4(data, at + 12)}`;
  if (start < 0) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

/** The bytes of an address made by `mac`, `macOf`. */
export const parseMac = (text: string): Buffer => Buffer.from(text.replaceAll(':', ''), 'hex');

/** The four bytes of a dotted quad. */
export const parseIpv4 = (text: string): Buffer => Buffer.from(text.split('.').map(Number));

/** The sixteen bytes of an IPv6 address in any of RFC 4291's three forms. */
export function parseIpv6(text: string): Buffer {
  const out = Buffer.alloc(16);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let plain = text;
  if (dotted) {
    const quad = parseIpv4(dotted[2]);
    plain = `${dotted[1]}${u16(quad, 0).toString(16)}:${u16(quad, 2).toString(16)}`;
  }
  const [head, tail] = plain.split('::');
  const front = head ? head.split(':') : [];
  const back = tail ? tail.split(':') : [];
  front.forEach((word, i) => {
    out.writeUInt16BE(Number.parseInt(word, 16), 2 * i);
  });
  back.forEach((word, i) => {
    out.writeUInt16BE(Number.parseInt(word, 16), 16 - 2 * (back.length - i));
  });
  return out;
}
