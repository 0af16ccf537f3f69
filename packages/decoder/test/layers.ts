import fc from 'fast-check';
import { expect } from 'vitest';
import { type DecodedPacket, Decoding, type LayerDecoder } from '../src/decoding.ts';
import { encodeLayers, type LayerInput } from '../src/encode.ts';
import type { Layer } from '../src/layer.ts';
import { Packet } from '../src/packet.ts';
import { Writer } from '../src/writer.ts';

/** Runs one layer's decoder over bytes that stand alone; `cut` bytes more were on the wire. */
export function decodeLayer(
  decoder: LayerDecoder,
  bytes: Uint8Array,
  cut = 0,
): DecodedPacket & { rest: number; pos: number } {
  // Bytes around the frame catch a decoder that reads outside of it.
  const data = Buffer.concat([Buffer.alloc(7, 0xee), bytes, Buffer.alloc(5, 0xee)]);
  const d = new Decoding(new Packet(data, 7, bytes.length, bytes.length + cut, 1, 0, 0, ''));
  decoder(d);
  return Object.assign(d, { rest: d.end - d.pos });
}

/** What an encoder writes. */
export function encodeLayer<T>(encode: (fields: T, w: Writer) => void, fields: T): Buffer {
  const w = new Writer();
  encode(fields, w);
  return w.finish();
}

/** A layer's fields as a message has them: without those that are undefined. */
export const fieldsOf = (layer: object | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(layer ?? {}).filter(([, value]) => value !== undefined));

/** The bytes of layers, out of what is left of them behind JSON. */
export const encodeAgain = (layers: readonly Layer[]): Buffer =>
  encodeLayers(
    layers.map((layer) => ({ ...JSON.parse(JSON.stringify(layer)), layer: layer.layer }) as LayerInput),
  );

/** Bytes of hex with white space in it. */
export const bytes = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');

/** Which field is there from how many bytes on. */
export type Kept = readonly (readonly [bytes: number, field: string])[];

/**
 * Cuts `whole` at every length. What is complete must be kept with its value, what is not must be
 * left behind, the bytes must come back, and the problem must say whose fault the cut is.
 */
export function checkCuts(decoder: LayerDecoder, whole: Buffer, kept: Kept): void {
  const name = decodeLayer(decoder, whole).layers[0].layer;
  const all = fieldsOf(decodeLayer(decoder, whole).layers[0]);
  expect([...kept.map(([, field]) => field)].sort()).toEqual(Object.keys(all).sort());
  for (let have = 0; have < whole.length; have++) {
    const part = whole.subarray(0, have);
    const names = kept.filter(([from]) => from <= have).map(([, field]) => field);
    const fields = Object.fromEntries(names.map((field) => [field, all[field]]));
    for (const cut of [whole.length - have, 0]) {
      const { layers, problem, pos } = decodeLayer(decoder, part, cut);
      expect(fieldsOf(layers[0]), `${have} bytes`).toEqual(fields);
      expect(problem, `${have} bytes`).toMatchObject({
        layer: name,
        kind: cut > 0 ? 'truncated' : 'malformed',
        reason: expect.stringMatching(/\d/),
      });
      expect(encodeAgain(layers), `${have} bytes`).toEqual(part.subarray(0, pos - 7));
    }
  }
}

/** Bytes, with those that lie on boundaries more often. */
export const anyBytes = (minLength: number, maxLength = minLength): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), { minLength, maxLength })
    .map((list) => Buffer.from(list));

/** Whatever the bytes are, whole or cut: nothing throws, and what was read encodes to what it was read from. */
export function checkBytes(decoder: LayerDecoder, input: fc.Arbitrary<Buffer>, numRuns = 1000): void {
  fc.assert(
    fc.property(input, fc.nat({ max: 1 }), (raw, cut) => {
      const { layers, problem, pos, rest } = decodeLayer(decoder, raw, cut);
      expect(encodeAgain(layers)).toEqual(raw.subarray(0, pos - 7));
      expect(rest).toBeGreaterThanOrEqual(0);
      if (cut === 0) expect(problem?.kind).not.toBe('truncated');
    }),
    { seed: 2, numRuns },
  );
}

/** Any fields come back from the bytes they are written as. */
export function checkFields<T extends object>(
  decoder: LayerDecoder,
  encode: (fields: T, w: Writer) => void,
  fields: fc.Arbitrary<T>,
  numRuns = 500,
): void {
  fc.assert(
    fc.property(fields, (given) => {
      const { layers, problem, rest } = decodeLayer(decoder, encodeLayer(encode, given));
      expect(fieldsOf(layers[0])).toEqual(fieldsOf(given));
      expect({ problem, rest }).toEqual({ problem: null, rest: 0 });
    }),
    { seed: 3, numRuns },
  );
}

/** Values of so many bits. */
export const uint = (bits: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: 2 ** bits - 1 }), fc.constantFrom(0, 1, 2 ** (bits - 1), 2 ** bits - 1));

export const anyMac = fc
  .array(uint(8), { minLength: 6, maxLength: 6 })
  .map((octets) => octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':'));

export const anyIpv4 = fc.array(uint(8), { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.'));

export const anyHex = (minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  anyBytes(minLength, maxLength).map((raw) => raw.toString('hex'));
