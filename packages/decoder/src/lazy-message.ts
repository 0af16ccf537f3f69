import type { DecodedPacket } from './decoding.ts';
import { isWritable, timeText } from './frame.ts';
import { type LayerPath, pathOf } from './layer-path.ts';
import type { Raw } from './layers/raw.ts';
import { type MessageOptions, type Origin, type PacketMessage, toMessage } from './message.ts';

/**
 * The message of a decoded packet, made when somebody asks for it. Writers of JSON and of rows take the
 * packet instead, without objects and texts in between, and write the same bytes.
 *
 * It refers to the packet's bytes: they have to stay as they are for as long as it is used.
 */
export class LazyMessage {
  readonly decoded: DecodedPacket;
  readonly origin: Origin;
  /** Position in the session, from 1. */
  readonly number: number;
  readonly path: LayerPath;
  readonly #payloadBytes: number;

  constructor(
    decoded: DecodedPacket,
    origin: Origin,
    number: number,
    { payloadBytes = Number.POSITIVE_INFINITY }: MessageOptions = {},
  ) {
    this.decoded = decoded;
    this.origin = origin;
    this.number = number;
    this.path = pathOf(decoded.layers);
    this.#payloadBytes = payloadBytes;
  }

  /** Where the bytes end that the message keeps of payload or padding. */
  endOf({ start, end }: Raw): number {
    return Math.min(end, start + this.#payloadBytes);
  }

  /** When the packet was captured, as the message writes it; null as there. */
  get time(): string | null {
    return timeText(this.decoded.packet);
  }

  get hasTime(): boolean {
    return isWritable(this.decoded.packet.timestampSeconds);
  }

  /** Whether its packet was captured later than that of another message. */
  isLaterThan({ decoded }: LazyMessage): boolean {
    const { timestampSeconds, timestampNanos } = this.decoded.packet;
    const other = decoded.packet;
    if (timestampSeconds !== other.timestampSeconds) return timestampSeconds > other.timestampSeconds;
    return timestampNanos > other.timestampNanos;
  }

  toJSON(): PacketMessage {
    return toMessage(this.decoded, this.origin, this.number, { payloadBytes: this.#payloadBytes });
  }
}
