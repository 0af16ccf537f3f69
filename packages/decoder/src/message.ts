import { hex } from './bytes.ts';
import type { DecodedPacket } from './decoding.ts';
import { createdText, Frame } from './frame.ts';
import { pathOf } from './layer-path.ts';
import type { Raw } from './layers/raw.ts';
import type { MessageData } from './message-data.ts';
import { nest } from './nesting.ts';

/** One packet as it travels through a broker: schema 2. Everything in it is plain JSON. */
export interface PacketMessage {
  schema: 2;
  /** Unique: source, session and frame number. Redelivered copies of a message share it. */
  id: string;
  /** The host that captured, $SOURCE_HOST. */
  source: string;
  /** Second of the capture, ISO 8601 UTC; null as `frame.time`. */
  created: string | null;
  data: MessageData;
}

/** Where a message's packets come from. */
export interface Origin {
  source: string;
  /** Tells two captures of one source apart; see `sessionOf`. */
  session: string;
}

export interface MessageOptions {
  /** Keep at most this many bytes of payload and of padding; 0 keeps none. Default: all. */
  payloadBytes?: number;
}

/** The message of a decoded packet; `number` counts the session's frames from 1. */
export function toMessage(
  decoded: DecodedPacket,
  origin: Origin,
  number: number,
  { payloadBytes = Number.POSITIVE_INFINITY }: MessageOptions = {},
): PacketMessage {
  return {
    schema: 2,
    id: `${origin.source}-${origin.session}-${number}`,
    source: origin.source,
    created: createdText(decoded.packet),
    data: dataOf(decoded, number, payloadBytes),
  };
}

/**
 * The session of a capture that lies in a file: its first packet's time. So reading a file again
 * gives the same ids, and a dataset that already has its rows can tell.
 */
export function sessionOf(first: { timestampSeconds: number; timestampNanos: number }): string {
  return `${first.timestampSeconds.toString(36)}.${first.timestampNanos.toString(36)}`;
}

function dataOf(decoded: DecodedPacket, number: number, payloadBytes: number): MessageData {
  const { layers, packet } = decoded;
  const path = pathOf(layers);
  const frame = new Frame(decoded, number, path.text);
  const top = path.collect === undefined ? { frame } : path.collect(frame, layers);
  const bottom = path.collect === undefined ? nest(top, layers) : top;
  for (let i = path.names.length; i < layers.length; i++) {
    const { layer, start, end } = layers[i] as Raw;
    const to = Math.min(end, start + payloadBytes);
    const level: MessageData = layer === 'raw' ? bottom : top;
    if (to > start) level[layer] = { load: hex(packet.data, start, to) };
  }
  return top;
}
