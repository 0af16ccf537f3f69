import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonCodec } from '../json-codec.ts';
import { decodeItems } from './decode-items.ts';
import { envelopeWriter, type Marks } from './envelope.ts';
import { EnvelopeReader } from './envelope-reader.ts';

const write = envelopeWriter('PACKETS', 'PACKETS');
const wrap = (text: string, marks?: Marks) => Buffer.from(write(Buffer.from(text), 'tag', marks));
const decode = (items: readonly Buffer[]) => decodeItems(items, new EnvelopeReader(), jsonCodec<unknown>());

describe('items of a kombu list', () => {
  it('are grouped by what is told of them', () => {
    const items = [
      wrap('0'),
      Buffer.from('1'),
      wrap('2', { redelivered: true }),
      wrap('3', { reason: 'bad' }),
      wrap('4', { reason: 'bad' }),
      wrap('5', { reason: 'worse' }),
    ];
    const { groups, malformed } = decode(items);
    expect(groups).toEqual([
      { places: [0, 1], messages: [0, 1], redelivered: false, reason: undefined },
      { places: [2], messages: [2], redelivered: true, reason: undefined },
      { places: [3, 4], messages: [3, 4], redelivered: false, reason: 'bad' },
      { places: [5], messages: [5], redelivered: false, reason: 'worse' },
    ]);
    expect(malformed).toEqual([]);
  });

  it('may be written over several lines', () => {
    const { groups } = decode([wrap('{\n  "a":\n1 }\n'), Buffer.from('\n[2,\n\n3]')]);
    expect(groups[0].messages).toEqual([{ a: 1 }, [2, 3]]);
  });

  it('are told apart when some are malformed', () => {
    const { groups, malformed } = decode([
      wrap('1'),
      Buffer.from('1\n2'),
      wrap(''),
      wrap('4'),
      Buffer.from('{'),
    ]);
    expect(groups).toEqual([{ places: [0, 3], messages: [1, 4], redelivered: false, reason: undefined }]);
    expect(malformed.map(({ place }) => place)).toEqual([1, 2, 4]);
    expect(malformed.every(({ reason }) => reason.length > 0)).toBe(true);
  });

  it('all come out once, in their order, whatever they are', () => {
    const item = fc.oneof(
      fc.jsonValue().map((value) => wrap(JSON.stringify(value))),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value, undefined, 1))),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.string().map((text) => wrap(text, { redelivered: true })),
    );
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const { groups, malformed } = decode(items);
        const good = groups.flatMap(({ places }) => places);
        expect(good).toEqual([...good].sort((a, b) => a - b));
        const all = [...good, ...malformed.map(({ place }) => place)].sort((a, b) => a - b);
        expect(all).toEqual(items.map((_, place) => place));
        for (const { places, messages } of groups) expect(messages.length).toBe(places.length);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
