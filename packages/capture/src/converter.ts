import {
  decode,
  LazyMessage,
  type LegacyBody,
  legacyBody,
  type Packet,
  type PacketMessage,
  toMessage,
} from '@antinex/decoder';
import { Numbering } from './numbering.ts';

/** A packet as it is published: schema 2, or the original's. */
export type Message = PacketMessage | LegacyBody;

export const isLegacy = (message: Message | LazyMessage): message is LegacyBody =>
  !(message instanceof LazyMessage || 'schema' in message);

/** A schema as the command line names it. */
export type SchemaName = '2' | 'legacy';

export interface ConverterOptions {
  readonly schema: SchemaName;
  /** The host that captured. */
  readonly source: string;
  /** Bytes of payload that are kept; all when undefined. */
  readonly payloadBytes?: number | undefined;
  /** Tells this capture from others of the same host; the first packet's time unless given. */
  readonly session?: string | undefined;
}

/** Turns packets into messages: the one place where a packet becomes what is published. */
export class Converter {
  private readonly numbering: Numbering;
  private readonly options: ConverterOptions;
  private readonly messageOptions: { payloadBytes?: number };

  constructor(options: ConverterOptions) {
    this.options = options;
    this.numbering = new Numbering(options.source, options.session);
    this.messageOptions = options.payloadBytes === undefined ? {} : { payloadBytes: options.payloadBytes };
  }

  /** The session in the packets' ids; undefined until a packet tells it. */
  get session(): string | undefined {
    return this.numbering.session;
  }

  /** Null where the schema has no message for the packet. */
  convert(packet: Packet): Message | null {
    const origin = this.numbering.next(packet);
    if (this.options.schema === '2') {
      return toMessage(decode(packet), origin, this.numbering.number, this.messageOptions);
    }
    return legacyBody(packet, origin.source);
  }

  /**
   * The same, without making a message of schema 2 before somebody asks for it: for packets whose bytes
   * stay as they are until then.
   */
  convertLazily(packet: Packet): LazyMessage | LegacyBody | null {
    if (this.options.schema !== '2') return this.convert(packet) as LegacyBody | null;
    const origin = this.numbering.next(packet);
    return new LazyMessage(decode(packet), origin, this.numbering.number, this.messageOptions);
  }
}
