import { FixedBytes } from './fixed-bytes.ts';
import { createdText, fleetingFrame } from './frame.ts';
import { LAYER_JSON } from './layer-json.ts';
import type { Raw } from './layers/raw.ts';
import type { LazyMessage } from './lazy-message.ts';
import type { Origin } from './message.ts';
import { OfOrigin } from './of-origin.ts';
import { putAscii, putNumber, type TextWriter } from './text-writer.ts';

const COMMA = 0x2c;
/** A packet's number, its second and what is around them. */
const ENVELOPE_ROOM = 80;

/** What stands in front of a packet's number and behind it, the same in a whole session. */
const envelopes = new OfOrigin(({ source, session }: Origin) => {
  const front = new FixedBytes(`{"schema":2,"id":${JSON.stringify(`${source}-${session}-`).slice(0, -1)}`);
  const back = new FixedBytes(`","source":${JSON.stringify(source)},"created":`);
  return { front, back, room: front.length + back.length + ENVELOPE_ROOM };
});

/** Writes the JSON of a message whose layers stand side by side, straight from its packet. */
export function writeLazyJson(message: LazyMessage, w: TextWriter): void {
  const { decoded, number, path } = message;
  const { layers, packet } = decoded;
  const { keys = [] } = path;
  putEnvelope(w, message);
  writeLayer(w, 'frame', fleetingFrame(decoded, number, path.text));
  for (let i = 0; i < keys.length; i++) {
    w.byte(COMMA);
    writeLayer(w, keys[i], layers[i]);
  }
  for (let i = keys.length; i < layers.length; i++) {
    const raw = layers[i] as Raw;
    const to = message.endOf(raw);
    if (to > raw.start) putLoad(w, raw.layer, packet.data, raw.start, to);
  }
  w.ascii('}}');
}

function putEnvelope(w: TextWriter, { decoded: { packet }, number, origin }: LazyMessage): void {
  const { front, back, room } = envelopes.get(origin);
  const buffer = w.reserve(room);
  const { words } = w;
  let at = front.put(words, w.length);
  at = putNumber(buffer, at, number);
  at = back.put(words, at);
  const created = createdText(packet);
  at = putAscii(buffer, at, created === null ? 'null' : `"${created}"`);
  w.length = putAscii(buffer, at, ',"data":{');
}

function writeLayer(w: TextWriter, name: string, layer: object): void {
  LAYER_JSON.get(name)?.(w, layer);
}

const LOADS = { raw: new FixedBytes(',"raw":{"load":"'), padding: new FixedBytes(',"padding":{"load":"') };

function putLoad(w: TextWriter, layer: 'raw' | 'padding', data: Buffer, from: number, to: number): void {
  w.reserve(2 * (to - from) + 32);
  w.length = LOADS[layer].put(w.words, w.length);
  w.hex(data, from, to);
  w.ascii('"}');
}
