import { nineDigits } from './bytes.ts';
import type { DecodedPacket } from './decoding.ts';
import { FixedBytes } from './fixed-bytes.ts';
import type { Problem } from './layer.ts';
import type { Packet } from './packet.ts';
import { TimeBytes } from './time-bytes.ts';

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

  constructor(
    decoded: DecodedPacket,
    number: number,
    protocols: string,
    time = timeText(decoded.packet),
    epochSeconds = epochText(decoded.packet),
  ) {
    const { packet } = decoded;
    this.number = number;
    this.time = time;
    this.epochSeconds = epochSeconds;
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

/** Whether ISO 8601 can write a second in four digits of year. */
export const isWritable = (second: number): boolean => second >= FIRST_SECOND && second <= LAST_SECOND;

/** One second as text; neighbouring packets share it. */
interface SecondText {
  readonly second: number;
  /** `YYYY-MM-DDTHH:MM:SS.`; null when ISO 8601 cannot write it in four digits of year. */
  readonly iso: string | null;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly created: string | null;
  /** Seconds since 1970 and the decimal point; for seconds from 0 on. */
  readonly epoch: string;
  readonly isoBytes: FixedBytes;
  readonly epochBytes: FixedBytes;
  /** Whether these two, with nine digits behind them, are a packet's times. */
  readonly isPlain: boolean;
}

let last = textOf(0);

function textOf(second: number): SecondText {
  const writable = isWritable(second);
  const text = writable ? new Date(second * 1000).toISOString().slice(0, 19) : null;
  const epoch = `${second > Number.MAX_SAFE_INTEGER ? BigInt(second) : second}.`;
  return {
    second,
    iso: text && `${text}.`,
    created: text && `${text}Z`,
    epoch,
    isoBytes: new FixedBytes(`${text}.`),
    epochBytes: new FixedBytes(epoch),
    isPlain: writable && second >= 0,
  };
}

function secondOf({ timestampSeconds }: Packet): SecondText {
  if (last.second !== timestampSeconds) last = textOf(timestampSeconds);
  return last;
}

/** A message's `created`: the second of its packet, null as `frame.time`. */
export const createdText = (packet: Packet): string | null => secondOf(packet).created;

/** A frame's `time`. */
export function timeText(packet: Packet): string | null {
  const { iso } = secondOf(packet);
  return iso && `${iso}${nineDigits(packet.timestampNanos)}Z`;
}

/** Exact decimal. Before 1970 seconds are negative and the nanoseconds count up from them. */
function epochText(packet: Packet): string {
  const { timestampSeconds, timestampNanos } = packet;
  if (timestampSeconds >= 0) return secondOf(packet).epoch + nineDigits(timestampNanos);
  const digits = (-packet.timestampNs).toString().padStart(10, '0');
  return `-${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

const iso = new TimeBytes(true);
const epoch = new TimeBytes(false);

/** A frame to be written before the next one is made: in place of its times' texts it may have TimeBytes. */
export function fleetingFrame(decoded: DecodedPacket, number: number, protocols: string): Frame {
  const { packet } = decoded;
  const { isPlain, isoBytes, epochBytes } = secondOf(packet);
  if (!isPlain) return new Frame(decoded, number, protocols);
  const { timestampNanos } = packet;
  const time: unknown = iso.show(isoBytes, timestampNanos);
  const epochSeconds: unknown = epoch.show(epochBytes, timestampNanos);
  return new Frame(decoded, number, protocols, time as string, epochSeconds as string);
}
