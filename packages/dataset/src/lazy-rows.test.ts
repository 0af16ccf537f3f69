import { decode, encodeMessage, LazyMessage, LinkType, Packet, TextWriter } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lazily, SAMPLES } from '../test/messages.ts';
import { createPlacer } from './flatten.ts';
import { Header } from './header.ts';
import { LazyRows } from './lazy-rows.ts';
import { MAX_NAME_LENGTH } from './limits.ts';
import { RowWriter } from './row-writer.ts';

const ORIGIN = { source: 'host-a', session: 's1' };
const COLUMNS = new Header(2).columns.length;
const rows = new LazyRows();
/** Short, so that it has to grow in the middle of rows. */
const newWriter = () => new TextWriter(16);

/** The row as it is written straight from the packet; undefined where it is not. */
function direct(message: LazyMessage, index = 7, extraColumns = 0, out = newWriter()): string | undefined {
  out.ascii('front');
  const isWritten = rows.write(out, index, message, extraColumns);
  const text = out.view().toString();
  if (isWritten) return text.slice('front'.length);
  expect(text).toBe('front');
  return undefined;
}

/** The row by way of the message, as it comes out of a broker. */
function placed(message: LazyMessage, index = 7, extraColumns = 0): string {
  const placer = createPlacer(2);
  const out = newWriter();
  expect(placer.place(JSON.parse(JSON.stringify(message)))).toBeUndefined();
  new RowWriter(out, COLUMNS + extraColumns).write(
    out,
    index,
    placer,
    new Array(extraColumns).fill(undefined),
  );
  return out.view().toString();
}

const frames = SAMPLES.map(({ data }) => encodeMessage(data));
const pokes = fc.array(fc.tuple(fc.nat(80), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x45, 0x60, 0xff))), {
  maxLength: 5,
});
const seconds = fc.oneof(fc.nat(2 ** 31 - 1), fc.constantFrom(-1, -(2 ** 37), 2 ** 32, 2 ** 38, 2 ** 53 + 2));
const name = fc.oneof(
  fc.constant('eth0'),
  fc.string({ unit: fc.constantFrom(...'a,"\n é-0'), maxLength: 5 }),
);

/** Messages of broken packets. */
const anyMessage = fc
  .record({
    frame: fc.constantFrom(...frames),
    pokes,
    length: fc.oneof(fc.constant(2 ** 16), fc.nat(90)),
    missing: fc.oneof(fc.constant(0), fc.nat(100)),
    linkType: fc.oneof(
      { weight: 4, arbitrary: fc.constant(LinkType.ETHERNET) },
      fc.constantFrom(...Object.values(LinkType)),
    ),
    seconds,
    nanos: fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 1, 999_999_999)),
    name,
    number: fc.integer({ min: 1, max: 2 ** 33 }),
    payloadBytes: fc.option(fc.nat(30), { nil: Number.POSITIVE_INFINITY }),
  })
  .map(({ frame, pokes, length, missing, linkType, seconds, nanos, name, number, payloadBytes }) => {
    const data = Buffer.from(frame.subarray(0, length));
    for (const [at, byte] of pokes) if (at < data.length) data[at] = byte;
    const { length: captured } = data;
    const packet = new Packet(data, 0, captured, captured + missing, linkType, seconds, nanos, name);
    return new LazyMessage(decode(packet), ORIGIN, number, { payloadBytes });
  });

describe('LazyRows', () => {
  it('writes what is written by way of messages, of whatever packet', () => {
    let written = 0;
    const check = (message: LazyMessage, index: number, extraColumns: number): void => {
      const row = direct(message, index, extraColumns);
      if (row === undefined) expect(message.path.keys).toBeUndefined();
      else expect(row).toBe(placed(message, index, extraColumns));
      written += Number(row !== undefined);
    };
    fc.assert(fc.property(anyMessage, fc.nat(2 ** 31), fc.nat(9), check), {
      seed: 20_180_129,
      numRuns: 1500,
    });
    expect(written).toBeGreaterThan(1000);
  });

  it('leaves packets with packets in them to others', () => {
    const lines = SAMPLES.map((message) => direct(lazily(message)));
    const nested = SAMPLES.filter(({ data }) => data.inner !== undefined);
    expect(nested.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line === undefined)).toHaveLength(nested.length);
  });

  it.each([['a,b'], ['"'], [' a'], ['a\nb'], ['x'.repeat(MAX_NAME_LENGTH)]])(
    'leaves ids to others that need quotes or are too long: %j',
    (source) => {
      const { decoded } = lazily(SAMPLES[0]);
      expect(direct(new LazyMessage(decoded, { source, session: 's' }, 1))).toBeUndefined();
      expect(direct(new LazyMessage(decoded, { source: 'é-ü', session: 's' }, 1))).toContain(',é-ü-s-1,');
    },
  );
});
