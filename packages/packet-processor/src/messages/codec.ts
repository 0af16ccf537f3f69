import { type Codec, jsonCodec } from '@antinex/broker';
import { legacyBodyOfMessage, type PacketMessage } from '@antinex/decoder';
import { type Malformation, MOST_BYTES, malformationOf } from './admission.ts';
import { isSchema2, type Message, type OutputSchema } from './message.ts';

const LINE_FEED = 10;

interface Malformed {
  readonly bytes: Uint8Array;
  readonly reason: Malformation;
}

/**
 * Reads what comes from the broker and lets in only what can become a row: the driver puts the rest
 * aside, each message by itself, byte for byte as it came. With `legacy`, schema-2 messages come out
 * in their legacy form, with the packet's id. Decoding has no side effects: drivers may repeat it.
 */
export function admittingCodec(schema: OutputSchema): Codec<Message> {
  return { encode: jsonCodec<Message>().encode, decode: (ndjson) => decode(ndjson, schema) };
}

function decode(ndjson: Uint8Array, schema: OutputSchema) {
  const text = Buffer.from(ndjson.buffer, ndjson.byteOffset, ndjson.length);
  const messages: Message[] = [];
  const malformed: Malformed[] = [];
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf(LINE_FEED, start);
    if (end < 0) end = text.length;
    if (end === start) continue;
    const line = text.subarray(start, end);
    const read = readLine(line, schema);
    if (typeof read === 'string') malformed.push({ bytes: line, reason: read });
    else messages.push(read);
  }
  return { messages, malformed };
}

function readLine(line: Buffer, schema: OutputSchema): Message | Malformation {
  if (line.length > MOST_BYTES) return 'too large';
  let message: Message;
  try {
    message = JSON.parse(line.toString());
  } catch {
    return 'not JSON';
  }
  const malformation = malformationOf(message, line);
  if (malformation !== undefined) return malformation;
  return schema === 'legacy' && isSchema2(message) ? legacyForm(message) : message;
}

/** Fields of any value may stand in a foreign message, and not every one can be encoded. */
function legacyForm(message: Message): Message | Malformation {
  const { id } = message;
  try {
    const body = legacyBodyOfMessage(message as unknown as PacketMessage);
    // Of some packets the original makes a message without layers, which gets no row.
    return body === null || Object.keys(body.data).length === 0 ? { id, data: null } : { ...body, id };
  } catch {
    return 'no legacy form';
  }
}
