import { pythonJson } from './python-json.ts';

/** A message as it comes from a kombu queue. */
export interface Envelope {
  readonly body: Uint8Array;
  readonly redelivered: boolean;
  /** Why it lies in a dead-letter queue. */
  readonly reason: string | undefined;
}

/** What we add to a message that goes back to a queue, or to the dead-letter queue. */
export interface Marks {
  readonly redelivered?: true;
  readonly reason?: string;
}

/** Makes envelopes as kombu's producer does, key by key and space by space; all ASCII. */
export type EnvelopeWriter = (body: Uint8Array, deliveryTag: string, marks?: Marks) => string;

export function envelopeWriter(exchange: string, routingKey: string): EnvelopeWriter {
  const route = `"exchange": ${pythonJson(exchange)}, "routing_key": ${pythonJson(routingKey)}`;
  const properties = `"auto_declare": true, "delivery_mode": 2, "delivery_info": {${route}}, "priority": 0`;
  return (body, deliveryTag, marks = {}) =>
    `{"body": "${base64(body)}", "content-encoding": "utf-8", "content-type": "application/json", ` +
    `"headers": ${pythonJson(marks)}, "properties": {${properties}, "body_encoding": "base64", ` +
    `"delivery_tag": "${deliveryTag}"}}`;
}

/**
 * The same message with marks: redelivered, as kombu itself marks it, or the reason of its end.
 * What is no envelope gets one around it, its bytes kept.
 */
export function markEnvelope(item: Buffer, marks: Marks, write: EnvelopeWriter, deliveryTag: string): string {
  try {
    const fields = parseFields(item);
    if (fields) {
      fields.headers = { ...fields.headers, ...marks };
      const { delivery_info: info } = fields.properties;
      if (marks.redelivered && typeof info === 'object' && info !== null) {
        fields.properties.delivery_info = { ...info, redelivered: true };
      }
      return pythonJson(fields);
    }
  } catch {
    // Nested too deep to be written again: kept as it is, in an envelope of its own.
  }
  return write(item, deliveryTag, marks);
}

/** What we know of an envelope's fields; the rest is anybody's. */
export interface Fields {
  readonly body: unknown;
  headers?: Readonly<Record<string, unknown>>;
  readonly properties: Record<string, unknown>;
}

/** The fields of an item of a list; undefined when it is no envelope. */
export function parseFields(item: Buffer): Fields | undefined {
  // Most bare messages, and most garbage, are told apart by this, without being parsed.
  return item.includes('"properties"') ? parseFieldsOf(item.toString()) : undefined;
}

export function parseFieldsOf(text: string): Fields | undefined {
  try {
    const value = JSON.parse(text);
    const isEnvelope = typeof value?.properties === 'object' && value.properties !== null && 'body' in value;
    return isEnvelope ? value : undefined;
  } catch {
    return undefined;
  }
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
