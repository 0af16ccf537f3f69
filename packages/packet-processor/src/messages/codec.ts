import { type Codec, jsonCodec } from '@antinex/broker';
import { RowReader } from '@antinex/dataset';
import { isLedgerMessage } from '@antinex/decoder';
import { type Malformation, MOST_BYTES, malformationOf } from './admission.ts';
import { legacyForm } from './legacy-form.ts';
import { type Delivered, isSchema2, type OutputSchema, type ParsedMessage } from './message.ts';

const LINE_FEED = 10;

interface Malformed {
  readonly bytes: Uint8Array;
  readonly reason: Malformation;
}

/**
 * Reads what comes from the broker and lets in only what can become a row, and agents' ledgers: the
 * driver puts the rest aside, each message by itself, byte for byte as it came. With `legacy`, schema-2
 * messages come out in their legacy form, with the packet's id; `withRows`, those of them that can be as
 * rows of schema 2. Decoding has no side effects: drivers may repeat it.
 */
export function admittingCodec(schema: OutputSchema, withRows: boolean): Codec<Delivered> {
  const reader = withRows ? new RowReader() : undefined;
  return { encode: jsonCodec<Delivered>().encode, decode: (ndjson) => decode(ndjson, schema, reader) };
}

function decode(ndjson: Uint8Array, schema: OutputSchema, reader: RowReader | undefined) {
  const text = Buffer.from(ndjson.buffer, ndjson.byteOffset, ndjson.length);
  const messages: Delivered[] = [];
  const malformed: Malformed[] = [];
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf(LINE_FEED, start);
    if (end < 0) end = text.length;
    if (end === start) continue;
    const row = reader?.read(text, start, end);
    if (row !== undefined) {
      messages.push(row);
      continue;
    }
    const line = text.subarray(start, end);
    const read = readLine(line, schema);
    if (typeof read === 'string') malformed.push({ bytes: line, reason: read });
    else messages.push(read);
  }
  return { messages, malformed };
}

function readLine(line: Buffer, schema: OutputSchema): Delivered | Malformation {
  if (line.length > MOST_BYTES) return 'too large';
  let message: ParsedMessage;
  try {
    message = JSON.parse(line.toString());
  } catch {
    return 'not JSON';
  }
  const malformation = malformationOf(message, line);
  // A ledger is no packet, so it need not be looked for among packets.
  if (malformation === 'not a message' && isLedgerMessage(message)) return message;
  if (malformation !== undefined) return malformation;
  return schema === 'legacy' && isSchema2(message) ? legacyForm(message) : message;
}
