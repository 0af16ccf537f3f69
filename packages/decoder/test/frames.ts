import {
  type DecodedPacket,
  decode,
  encodeMessage,
  type MessageData,
  messageJson,
  Packet,
  toMessage,
} from '@antinex/decoder';

export interface FrameOptions {
  linkType?: number;
  /** Bytes that were on the wire and not captured. */
  cut?: number;
  seconds?: number;
  nanos?: number;
}

/** A captured frame, with other bytes around it as in a block of frames. */
export function packetOf(frame: Uint8Array, options: FrameOptions = {}): Packet {
  const { linkType = 1, cut = 0, seconds = 1_700_000_000, nanos = 123_456_789 } = options;
  const data = Buffer.concat([Buffer.alloc(3, 0xee), frame, Buffer.alloc(5, 0xee)]);
  return new Packet(data, 3, frame.length, frame.length + cut, linkType, seconds, nanos, 'eth0');
}

export const decodeFrame = (frame: Uint8Array, options?: FrameOptions): DecodedPacket =>
  decode(packetOf(frame, options));

/** The layers' names, outermost first. */
export const namesOf = ({ layers }: DecodedPacket): string[] => layers.map(({ layer }) => layer);

/** A packet's data as somebody at the other end of a broker has it. */
export function dataOf(packet: Packet, payloadBytes?: number): MessageData {
  const options = payloadBytes === undefined ? {} : { payloadBytes };
  const message = toMessage(decode(packet), { source: 'test', session: '0' }, 1, options);
  return (JSON.parse(messageJson(message)) as { data: MessageData }).data;
}

/** The bytes that this end makes of it. */
export const encodedAgain = (packet: Packet): Buffer => encodeMessage(dataOf(packet));
