import type { Options } from 'amqplib';
import { linesOf } from '../json-codec.ts';
import type { Codec, Wire } from '../types.ts';
import type { Letter } from './outbox.ts';

export const NDJSON = 'application/x-ndjson';

/** Larger batches go as several messages: brokers refuse messages of more than 16 MiB (RabbitMQ 4's default). */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const LINE_FEED = 10;

/** What kombu says of a JSON message. */
const KOMBU: Options.Publish = {
  mandatory: true,
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: {},
  deliveryMode: 2,
  priority: 0,
};

/** Broker messages for the messages of one publish. They may share memory with what the codec wrote. */
export function toLetters<T>(messages: readonly T[], codec: Codec<T>, wire: Wire): Letter[] {
  const ndjson = asBuffer(codec.encode(messages));
  if (wire === 'kombu') {
    return Array.from(linesOf(ndjson), (line) => ({ body: asBuffer(line), options: KOMBU }));
  }
  if (ndjson.length <= MAX_BODY_BYTES) return [batchLetter(ndjson, messages.length)];
  return split(ndjson).map((part) => batchLetter(part, [...linesOf(part)].length));
}

function batchLetter(body: Buffer, count: number): Letter {
  return { body, options: { mandatory: true, persistent: true, contentType: NDJSON, headers: { count } } };
}

/** Whole lines of at most MAX_BODY_BYTES together; a longer line stands alone. */
function split(ndjson: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < ndjson.length; ) {
    const limit = start + MAX_BODY_BYTES;
    const inside = limit >= ndjson.length ? ndjson.length : ndjson.lastIndexOf(LINE_FEED, limit - 1) + 1;
    const next = ndjson.indexOf(LINE_FEED, limit) + 1;
    const end = inside > start ? inside : next > 0 ? next : ndjson.length;
    parts.push(ndjson.subarray(start, end));
    start = end;
  }
  return parts;
}

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);
