import type { ConsumeMessage } from 'amqplib';
import type { Codec, Decoded } from '../types.ts';
import { NDJSON } from './letters.ts';

const LINE_FEED = 10;
const SPACE = 32;
const LINE_END = Buffer.of(LINE_FEED);

/** A broker message, or lines of one, that hold no message of ours. */
export interface Unreadable {
  readonly source: ConsumeMessage;
  readonly body: Buffer;
  readonly reason: string;
  /** How many messages it might have been. */
  readonly messages: number;
}

export interface Readings<T> {
  readonly messages: readonly T[];
  readonly unreadable: readonly Unreadable[];
}

/** The messages in what arrived, in order, and what is none: also what is longer than `maxBodyBytes`. */
export function readAll<T>(
  arrivals: readonly ConsumeMessage[],
  codec: Codec<T>,
  maxBodyBytes: number,
): Readings<T> {
  if (arrivals.length > 1 && arrivals.every(isOneLine)) {
    const { messages, malformed } = codec.decode(
      Buffer.concat(arrivals.flatMap(({ content }) => [content, LINE_END])),
    );
    if (messages.length === arrivals.length && malformed.length === 0) return { messages, unreadable: [] };
  }
  const readings = arrivals.map((arrival) => read(arrival, codec, maxBodyBytes));
  return {
    messages: readings.flatMap(({ messages }) => messages),
    unreadable: readings.flatMap(({ unreadable }) => unreadable),
  };
}

const isOneLine = ({ content }: ConsumeMessage): boolean =>
  content.length > 0 && !content.includes(LINE_FEED);

function read<T>(source: ConsumeMessage, codec: Codec<T>, maxBodyBytes: number): Readings<T> {
  const { length } = source.content;
  if (length > maxBodyBytes) {
    const reason = `${length} bytes, more than the ${maxBodyBytes} that are read`;
    return { messages: [], unreadable: [{ source, body: source.content, reason, messages: 1 }] };
  }
  const { messages, malformed } = decode(source, codec);
  const count = malformed.length;
  if (messages.length === 0) {
    const reason = malformed[0]?.reason ?? 'empty';
    return { messages, unreadable: [{ source, body: source.content, reason, messages: Math.max(count, 1) }] };
  }
  if (count === 0) return { messages, unreadable: [] };
  const body = Buffer.concat(malformed.flatMap(({ bytes }) => [bytes, LINE_END]));
  return { messages, unreadable: [{ source, body, reason: malformed[0].reason, messages: count }] };
}

/** Lines, or one JSON text as kombu's peers write it, which may be spread over lines. */
function decode<T>({ content, properties }: ConsumeMessage, codec: Codec<T>): Decoded<T> {
  const lines = codec.decode(content);
  const isOneText = properties.contentType !== NDJSON;
  if (!isOneText || lines.malformed.length === 0 || !content.includes(LINE_FEED)) return lines;
  const whole = codec.decode(inOneLine(content));
  return whole.malformed.length === 0 ? whole : { messages: [], malformed: whole.malformed };
}

function inOneLine(content: Buffer): Buffer {
  const line = Buffer.from(content);
  for (let at = line.indexOf(LINE_FEED); at >= 0; at = line.indexOf(LINE_FEED, at + 1)) line[at] = SPACE;
  return line;
}
