import type { Codec } from '../types.ts';
import type { Envelope } from './envelope.ts';
import type { EnvelopeReader } from './envelope-reader.ts';

/** Items of a list that can be delivered together. */
export interface Group<T> {
  /** Their places among the items. */
  readonly places: readonly number[];
  readonly messages: readonly T[];
  readonly redelivered: boolean;
  readonly reason: string | undefined;
}

export interface DecodedItems<T> {
  readonly groups: readonly Group<T>[];
  readonly malformed: readonly { readonly place: number; readonly reason: string }[];
}

/** Reads items of a kombu list, envelopes and bare messages. The codec gets many at a time, which is faster. */
export function decodeItems<T>(
  items: readonly Buffer[],
  reader: EnvelopeReader,
  codec: Codec<T>,
): DecodedItems<T> {
  const envelopes = items.map((item) => reader.read(item) ?? bare(item));
  const groups: Group<T>[] = [];
  const malformed: { place: number; reason: string }[] = [];
  for (let from = 0, to = 0; from < items.length; from = to) {
    const { redelivered, reason } = envelopes[from];
    while (envelopes[to]?.redelivered === redelivered && envelopes[to].reason === reason) to++;
    const places = Array.from({ length: to - from }, (_, i) => from + i);
    const run = decodeRun(envelopes, places, codec);
    const { messages } = run;
    if (messages.length > 0) groups.push({ places: run.places, messages, redelivered, reason });
    malformed.push(...run.malformed);
  }
  return { groups, malformed };
}

const bare = (item: Buffer): Envelope => ({ body: item, redelivered: false, reason: undefined });

interface Run<T> {
  places: number[];
  messages: T[];
  malformed: { place: number; reason: string }[];
}

function decodeRun<T>(envelopes: readonly Envelope[], places: number[], codec: Codec<T>): Run<T> {
  const { messages, malformed } = codec.decode(ndjson(places.map((place) => envelopes[place].body)));
  if (malformed.length === 0 && messages.length === places.length) return { places, messages, malformed: [] };
  if (places.length === 1) {
    if (malformed.length === 0 && messages.length > 0) return { places, messages, malformed: [] };
    const reason = malformed[0]?.reason ?? 'an empty message';
    return { places: [], messages: [], malformed: [{ place: places[0], reason }] };
  }
  // Which line came to grief only shows when each is read alone.
  const runs = places.map((place) => decodeRun(envelopes, [place], codec));
  return {
    places: runs.flatMap((run) => run.places),
    messages: runs.flatMap((run) => run.messages),
    malformed: runs.flatMap((run) => run.malformed),
  };
}

const LINE_FEED = 0x0a;
const SPACE = 0x20;

/** One body a line: a line feed within a JSON text is white space, so a space does as well. */
function ndjson(bodies: readonly Uint8Array[]): Uint8Array {
  const text = Buffer.allocUnsafe(bodies.reduce((sum, body) => sum + body.length + 1, 0));
  let at = 0;
  for (const body of bodies) {
    text.set(body, at);
    const end = at + body.length;
    text[end] = LINE_FEED;
    for (let i = text.indexOf(LINE_FEED, at); i < end; i = text.indexOf(LINE_FEED, i)) text[i] = SPACE;
    at = end + 1;
  }
  return text;
}
