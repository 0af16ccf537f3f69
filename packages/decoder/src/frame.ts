import { nineDigits } from './bytes.ts';
import type { DecodedPacket } from './decoding.ts';
import type { Problem } from './layer.ts';
import type { Packet } from './packet.ts';

/** What is known of a frame without looking into it, and how decoding it went. */
export class Frame {
  /** Position in the capture session, from 1. */
  number: number;
  /** Capture time, ISO 8601 UTC with nanoseconds; null when outside the years 0..9999. */
  time: string | null;
  /** Capture time, seconds since 1970 with nine decimals: text, because no double holds it. */
  epochSeconds: string;
  capturedLength: number;
  originalLength: number;
  interface: string;
  linkType: number;
  /** Names of the layers, joined by colons; raw and padding are left out. */
  protocols: string;
  /** Captured bytes behind the outermost transport header. */
  payloadLength: number | undefined;
  /** True when the capture holds less of the packet than was on the wire. */
  truncated: boolean;
  error: Problem | undefined;

  constructor(decoded: DecodedPacket, number: number, protocols: string) {
    const { packet } = decoded;
    const fraction = nineDigits(packet.timestampNanos);
    const { iso } = secondOf(packet);
    this.number = number;
    this.time = iso && `${iso}${fraction}Z`;
    this.epochSeconds = epoch(packet, fraction);
    this.capturedLength = packet.capturedLength;
    this.originalLength = packet.originalLength;
    this.interface = packet.interfaceName;
    this.linkType = packet.linkType;
    this.protocols = protocols;
    this.payloadLength = decoded.payloadLength < 0 ? undefined : decoded.payloadLength;
    this.truncated = decoded.truncated;
    this.error = decoded.problem ?? undefined;
  }
}

const FIRST_SECOND = -62_167_219_200; // 0000-01-01
const LAST_SECOND = 253_402_300_799; // 9999-12-31T23:59:59

/** One second as text; neighbouring packets share it. */
interface SecondText {
  readonly second: number;
  /** `YYYY-MM-DDTHH:MM:SS.`; null when ISO 8601 cannot write it in four digits of year. */
  readonly iso: string | null;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly created: string | null;
  /** Seconds since 1970 and the decimal point; for seconds from 0 on. */
  readonly epoch: string;
}

let last = textOf(0);

function textOf(second: number): SecondText {
  const writable = second >= FIRST_SECOND && second <= LAST_SECOND;
  const text = writable ? new Date(second * 1000).toISOString().slice(0, 19) : null;
  return {
    second,
    iso: text && `${text}.`,
    created: text && `${text}Z`,
    epoch: `${second > Number.MAX_SAFE_INTEGER ? BigInt(second) : second}.`,
  };
}

function secondOf({ timestampSeconds }: Packet): SecondText {
  if (last.second !== timestampSeconds) last = textOf(timestampSeconds);
  return last;
}

/** A message's `created`: the second of its packet, null as `frame.time`. */
export const createdText = (packet: Packet): string | null => secondOf(packet).created;

/** Exact decimal. Before 1970 seconds are negative and the nanoseconds count up from them. */
function epoch(packet: Packet, fraction: string): string {
  const { timestampSeconds } = packet;
  if (timestampSeconds >= 0) return secondOf(packet).epoch + fraction;
  const digits = (-packet.timestampNs).toString().padStart(10, '0');
  return `-${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
