import { ipv4, parseIpv4 } from '../address.ts';
import { u32 } from '../bytes.ts';
import type { Decoding } from '../decoding.ts';
import type { FieldEnds, Layer } from '../layer.ts';
import { formatFixedText, parseFixedText } from '../text.ts';
import type { Writer } from '../writer.ts';

/** Network Time Protocol, the header of versions 1 to 4 (RFC 5905, 7.3). */
export class Ntp implements Layer {
  /** 0 none, 1 and 2 a leap second ahead, 3 clock not synchronised. */
  leap: number;
  version: number;
  mode: number;
  stratum: number;
  /** Logarithm to base 2 of seconds, as is `precision`. */
  poll: number;
  precision: number;
  /** Seconds, in steps of 1/65536; as is `dispersion`. */
  delay: number;
  dispersion: number;
  /** Stratum 0 and 1: up to four characters (`GPS`), or hex; else the source's IPv4 address or its hash written as one. */
  id: string;
  /**
   * Timestamps: seconds since 1900-01-01 UTC (of the era that contains the moment) with ten decimals,
   * which tell all 2^32 fractions apart, so the text gives back the exact 64 bits. Zero is "unknown".
   */
  ref: string;
  orig: string;
  recv: string;
  sent: string;

  constructor(data: Buffer, at: number) {
    this.leap = data[at] >> 6;
    this.version = (data[at] >> 3) & 7;
    this.mode = data[at] & 7;
    this.stratum = data[at + 1];
    this.poll = (data[at + 2] << 24) >> 24;
    this.precision = (data[at + 3] << 24) >> 24;
    this.delay = u32(data, at + 4) / 65536;
    this.dispersion = u32(data, at + 8) / 65536;
    this.id = this.stratum < 2 ? formatFixedText(data, at + 12, at + 16) : ipv4(data, at + 12);
    this.ref = formatTimestamp(data, at + 16);
    this.orig = formatTimestamp(data, at + 24);
    this.recv = formatTimestamp(data, at + 32);
    this.sent = formatTimestamp(data, at + 40);
  }

  get layer() {
    return 'ntp' as const;
  }
}

const HEADER = 48;
const ENDS: FieldEnds = [
  ['leap', 1],
  ['version', 1],
  ['mode', 1],
  ['stratum', 2],
  ['poll', 3],
  ['precision', 4],
  ['delay', 8],
  ['dispersion', 12],
  ['id', 16],
  ['ref', 24],
  ['orig', 32],
  ['recv', 40],
  ['sent', 48],
];
const LAST_VERSION = 4;
/** Modes 6 and 7, control and private messages, have a header of their own. */
const LAST_MODE = 5;

const FRACTIONS = 2 ** 32;
const DECIMALS = 10;

function formatTimestamp(data: Buffer, at: number): string {
  const fraction = Math.round((u32(data, at + 4) / FRACTIONS) * 10 ** DECIMALS);
  return `${u32(data, at)}.${String(fraction).padStart(DECIMALS, '0')}`;
}

function encodeTimestamp(text = '0', w: Writer): void {
  const [seconds, decimals = ''] = text.split('.');
  const fraction = Math.round(Number(`0.${decimals}0`) * FRACTIONS);
  w.u32(Number(seconds)).u32(Math.min(fraction, FRACTIONS - 1));
}

/** Reads the header; extension fields and the authenticator stay raw, and so does what is no such header. */
export function decodeNtp(d: Decoding): void {
  if (d.pos === d.end) return;
  const version = (d.data[d.pos] >> 3) & 7;
  if (version === 0 || version > LAST_VERSION || (d.data[d.pos] & 7) > LAST_MODE) return;
  if (d.end - d.pos >= HEADER) {
    d.layers.push(new Ntp(d.data, d.pos));
    d.pos += HEADER;
  } else if (d.truncated) d.partial('ntp', HEADER, ENDS, (data, at) => new Ntp(data, at));
}

export type NtpFields = Partial<Omit<Ntp, 'layer'>>;

export function encodeNtp(fields: NtpFields, w: Writer): void {
  const start = w.length;
  w.u8(((fields.leap ?? 0) << 6) | ((fields.version ?? 0) << 3) | (fields.mode ?? 0));
  w.u8(fields.stratum)
    .u8((fields.poll ?? 0) & 255)
    .u8((fields.precision ?? 0) & 255);
  w.u32((fields.delay ?? 0) * 65536).u32((fields.dispersion ?? 0) * 65536);
  w.bytes(parseId(fields.id ?? ''));
  encodeTimestamp(fields.ref, w);
  encodeTimestamp(fields.orig, w);
  encodeTimestamp(fields.recv, w);
  encodeTimestamp(fields.sent, w);
  w.trim(start, fields, ENDS);
}

/** Text has at most four characters, hex eight and no dot. */
const parseId = (id: string): Buffer =>
  id.length > 4 && id.includes('.') ? parseIpv4(id) : parseFixedText(id, 4);
