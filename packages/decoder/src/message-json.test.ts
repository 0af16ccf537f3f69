import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetOf } from '../test/frames.ts';
import { mutate, Random } from '../test/mutate.ts';
import { SAMPLES } from '../test/samples.ts';
import { decode } from './decode.ts';
import type { FieldType } from './fields/spec.ts';
import { CATALOGUE } from './fields.ts';
import { type PacketMessage, toMessage } from './message.ts';
import type { MessageData } from './message-data.ts';
import { messageJson, writeMessageJson } from './message-json.ts';
import { TextWriter } from './text-writer.ts';

const parsed = (message: PacketMessage): unknown => JSON.parse(messageJson(message));
/** What JSON has of a message, by the slow way. */
const plain = (message: PacketMessage): unknown => JSON.parse(JSON.stringify(message));
const messageOf = (data: object): PacketMessage => ({
  schema: 2,
  id: 'a-b-1',
  source: 'a',
  created: null,
  data: data as MessageData,
});

/** Values of each type, as decoders make them. */
const hexText = fc.uint8Array({ maxLength: 100 }).map((raw) => Buffer.from(raw).toString('hex'));
const ascii = fc.string({ unit: fc.constantFrom(...'abcXYZ019:.-+_'), maxLength: 100 });
const uint = fc.oneof(fc.nat({ max: 65535 }), fc.integer({ min: 0, max: 0xffff_ffff }), fc.constant(2 ** 31));
const json = fc.array(
  fc.oneof(
    uint,
    fc.string(),
    fc.tuple(uint, hexText),
    fc.record({ name: fc.string(), list: fc.array(uint) }),
  ),
  { maxLength: 3 },
);
const VALUES: Readonly<Record<FieldType, fc.Arbitrary<unknown>>> = {
  uint,
  int: fc.integer(),
  float: fc.double({ noNaN: true, noDefaultInfinity: true }),
  bool: fc.boolean(),
  decimal: fc.tuple(fc.maxSafeInteger(), fc.nat()).map(([a, b]) => `${a}.${b}`),
  time: fc.oneof(ascii, fc.constant(null)),
  token: ascii,
  string: fc.string({ unit: 'binary', maxLength: 80 }),
  mac: ascii,
  ipv4: ascii,
  ipv6: ascii,
  hex: hexText,
  'uint[]': fc.array(fc.oneof(uint, fc.constant(null)), { maxLength: 5 }),
  'string[]': fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
  pair: fc.tuple(uint, uint),
  json,
};

const anyLayer = fc.constantFrom(...CATALOGUE).chain(({ layer, fields }) => {
  const values = fields.map(([, type]) => fc.option(VALUES[type], { nil: undefined }));
  return fc.tuple(...values).map((list) => {
    const object: Record<string, unknown> = {};
    fields.forEach(([path], i) => {
      const [name, below] = path.split('.');
      if (below === undefined) object[name] = list[i];
      else if (list[i] !== undefined) {
        object[name] = { ...(object[name] as object), [below]: list[i] };
      }
    });
    return [layer, object] as const;
  });
});
const anyLevel = fc.array(anyLayer, { maxLength: 5 }).map((layers) => Object.fromEntries(layers));
const anyData = fc
  .array(anyLevel, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.reduceRight((inner, level) => ({ ...level, inner })));

describe('messageJson', () => {
  it('is what JSON.stringify makes of it, for every sample', () => {
    for (const { frame, linkType } of SAMPLES) {
      const message = toMessage(decode(packetOf(frame, { linkType })), { source: 'h', session: '1' }, 3);
      expect(parsed(message)).toEqual(plain(message));
    }
  });

  it('is what JSON.stringify makes of it, for broken frames', () => {
    const random = new Random(5);
    for (let i = 0; i < 5000; i++) {
      const { frame, linkType } = mutate(random, SAMPLES);
      const message = toMessage(
        decode(packetOf(frame, { linkType, cut: i % 3 })),
        { source: 'h', session: '1' },
        i,
      );
      const [ours, theirs] = [JSON.stringify(parsed(message)), JSON.stringify(plain(message))];
      // The order of a layer's fields is the catalogue's; the values are the same.
      if (ours !== theirs) expect(parsed(message)).toEqual(plain(message));
    }
  });

  it('is what JSON.stringify makes of it, for any values of the catalogue’s types, at any depth', () => {
    fc.assert(
      fc.property(anyData, fc.string({ unit: 'binary' }), fc.string(), (data, source, id) => {
        const message = { ...messageOf(data), source, id, created: source === '' ? null : source };
        expect(parsed(message)).toEqual(plain(message));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('is what JSON.stringify makes of it, for values of other types than the catalogue’s', () => {
    const anything = fc.oneof(
      fc.constantFrom(null, true, 0, -1, 'x"\\\n', 'ü'.repeat(70), [], {}, [null, [1]], { a: { b: 'c"' } }),
      uint,
      fc.string(),
    );
    const value = fc.tuple(fc.constantFrom(...CATALOGUE), anything).map(([{ layer, fields }, wrong]) => {
      const names = fields.map(([path]) => path.split('.')[0]);
      const own = fields.find(
        ([path, type]) =>
          !path.includes('.') && !['token', 'hex', 'mac', 'ipv4', 'ipv6', 'decimal', 'time'].includes(type),
      );
      return { [layer]: { [own?.[0] ?? names[0]]: own === undefined ? undefined : wrong } };
    });
    fc.assert(
      fc.property(value, (data) => {
        expect(parsed(messageOf(data))).toEqual(plain(messageOf(data)));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('keeps layers that the catalogue does not have', () => {
    const foreign = {
      geneve: { vni: 1, text: 'ü"\n', list: [1, null, { a: [] }] },
      'a"b': {},
      empty: [],
      none: undefined,
    };
    const message = messageOf({ ip: { src: '1.2.3.4' }, ...foreign, inner: { ...foreign, inner: {} } });
    expect(parsed(message)).toEqual(plain(message));
  });

  it('writes levels and layers with nothing in them', () => {
    for (const data of [
      {},
      { ip: {} },
      { inner: {} },
      { tcp: { options: {} } },
      { inner: { ip: { src: undefined } } },
    ]) {
      expect(messageJson(messageOf(data))).toBe(JSON.stringify(messageOf(data)));
    }
  });

  it.each([0, 62, 63, 64, 65, 66, 1000, 70_000, 300_000])('has room for texts of %i characters', (length) => {
    const long = 'a'.repeat(length);
    const layers = {
      cmd: { version: 1, options: long, type: 2 },
      raw: { load: long },
      padding: { load: 'ff' },
    };
    const message = messageOf({
      ...layers,
      inner: { ...layers, tcp: { flagsText: long, options: { raw: long } } },
    });
    expect(parsed(message)).toEqual(plain(message));
  });

  it('goes on where the writer is, from any size of buffer', () => {
    const [{ frame, linkType }] = SAMPLES;
    const message = toMessage(decode(packetOf(frame, { linkType })), { source: 'h', session: '1' }, 3);
    for (const size of [1, 2, 3, 5, 100, 1000, 2000]) {
      const w = new TextWriter(size);
      for (let i = 0; i < 20; i++) {
        writeMessageJson(message, w);
        w.byte(0x0a);
      }
      expect(w.view().toString()).toBe(`${messageJson(message)}\n`.repeat(20));
    }
  });
});
