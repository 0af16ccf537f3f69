import type { Codec, Decoded } from '../types.ts';
import type { Taken } from './source.ts';
import { FIELD } from './streams.ts';

/** The fields of an entry, names and values by turns. */
export type Fields = readonly Buffer[];

/** An entry of a stream as XREADGROUP, XCLAIM and XRANGE tell it; no fields if it was deleted meanwhile. */
export type RawEntry = readonly [id: Buffer, fields: Fields | null];

export interface StreamEntry<T> extends Taken<T> {
  readonly id: string;
  readonly malformed: Decoded<T>['malformed'];
}

/** Undefined when it holds nothing of ours. */
export function readEntry<T>(
  id: string,
  fields: Fields,
  redelivered: boolean,
  codec: Codec<T>,
): StreamEntry<T> | undefined {
  const ndjson = fieldOf(fields, FIELD.NDJSON);
  if (!ndjson) return undefined;
  const { messages, malformed } = codec.decode(ndjson);
  return { id, messages, malformed, redelivered, reason: fieldOf(fields, FIELD.REASON)?.toString() };
}

export const bytesOf = (fields: Fields): number => fields.reduce((sum, field) => sum + field.length, 0);

function fieldOf(fields: Fields, name: string): Buffer | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (fields[i].toString() === name) return fields[i + 1];
  }
  return undefined;
}
