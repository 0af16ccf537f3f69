import { COLUMNS, messageJson, type PacketMessage, TextWriter } from '@antinex/decoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../test/arbitrary.ts';
import { SAMPLES, tcpMessage } from '../test/messages.ts';
import { createPlacer } from './flatten.ts';
import type { MessageRow } from './message-row.ts';
import { RowReader } from './row-reader.ts';
import { RowWriter } from './row-writer.ts';

const INDEX = 7;
const out = new TextWriter();
const writer = new RowWriter(out, COLUMNS.length + 2);
const placer = createPlacer(2);

function lineOf(row: MessageRow): string {
  out.length = 0;
  writer.writeRow(out, INDEX, row, 0);
  return out.view().toString();
}

/** The line the slow way writes of JSON text; undefined when the message has no row, or has other columns too. */
function slowLine(text: string): string | undefined {
  if (placer.place(JSON.parse(text)) !== undefined || placer.extras.length > 0) return undefined;
  out.length = 0;
  writer.write(out, INDEX, placer, []);
  return out.view().toString();
}

function readOne(text: string, reader = new RowReader()): MessageRow | undefined {
  const bytes = Buffer.from(`before\n${text}\nbehind`);
  return reader.read(bytes, 7, bytes.length - 7);
}

/** True when the reader made a row, and then it is the one the slow way makes. */
function agrees(text: string, reader?: RowReader): boolean {
  const row = readOne(text, reader);
  if (row === undefined) return false;
  const message = JSON.parse(text) as PacketMessage;
  expect(lineOf(row)).toBe(slowLine(text));
  expect(row.id).toBe(message.id);
  expect(row.source).toBe(message.source);
  expect(row.time).toBe(message.data.frame!.time);
  expect(row.toJSON()).toEqual(message);
  return true;
}

const json = (message: PacketMessage): string => messageJson(message);
/** Rows of broken packets are counted otherwise, and those of tunnels keep the rest of their fields as objects. */
const isWhole = ({ data: { frame, inner } }: PacketMessage): boolean =>
  frame?.error === undefined && inner === undefined;

describe('RowReader', () => {
  it('makes the rows of what our agents write, the same as the slow way', () => {
    const reader = new RowReader();
    for (const sample of SAMPLES) {
      if (agrees(json(sample), reader)) continue;
      expect(isWhole(sample), json(sample)).toBe(false);
    }
  });

  it('reads what is most of all traffic', () => {
    for (const load of ['', '00', 'ab'.repeat(31), 'ab'.repeat(1460)]) {
      expect(agrees(json(tcpMessage(1, load)))).toBe(true);
    }
  });

  it('gives back the ids of agents, and any other', () => {
    const reader = new RowReader();
    const ids = [
      'a-b.1-7',
      'a-b.1-8',
      'a-b.1-123456789012345',
      'a-b.1-1234567890123456',
      'a-b.1-07',
      'a-b.1-0',
    ];
    for (const id of [...ids, 'a-b-1.7', '-7', '7', 'a-7', 'a-', 'a-b.1-9']) {
      const row = readOne(json({ ...tcpMessage(1), id }), reader)!;
      expect(row.id).toBe(id);
      const [, session, number] = /^(.+)-([1-9]\d{0,14})$/.exec(id) ?? [undefined, id, 0];
      expect([row.session, row.number]).toEqual([session, Number(number)]);
    }
  });

  it('leaves messages without a time of our agents’ form to others, new or known', () => {
    const reader = new RowReader();
    const text = json(tcpMessage(1));
    for (const time of [
      '2018-01-29T04:26:39Z',
      '2018-01-29T04:26:39.00000000xZ',
      '2018-01-29 04:26:39.000000000Z',
      '',
    ]) {
      const other = text.replace('2018-01-29T04:26:39.001000000Z', time);
      expect(readOne(other, reader)).toBeUndefined();
      expect(readOne(text, reader)).toBeDefined();
      expect(readOne(other, reader)).toBeUndefined();
    }
  });

  it('goes on with new room when its own is full', () => {
    const reader = new RowReader();
    const texts = Array.from({ length: 3000 }, (_, i) => json(tcpMessage(i + 1)));
    const rows = texts.map((text) => readOne(text, reader)!);
    for (const [i, row] of rows.entries()) expect(lineOf(row)).toBe(slowLine(texts[i]));
  });

  it('reads messages of more forms than it remembers', () => {
    const reader = new RowReader();
    const fields = ['tos', 'len', 'id', 'flags', 'frag', 'ttl', 'proto', 'chksum', 'version', 'ihl', 'src'];
    for (let form = 0; form < 2 ** fields.length; form++) {
      const ip = Object.fromEntries(fields.filter((_, i) => form & (2 ** i)).map((field, i) => [field, i]));
      const data = { frame: { time: '2018-01-29T04:26:39.000000000Z' }, ip };
      const text = JSON.stringify({ schema: 2, id: `a-${form}`, source: 'a', created: null, data });
      for (let again = 0; again < 2; again++) expect(agrees(text, reader)).toBe(true);
    }
  });

  it('writes what the slow way writes, or nothing', () => {
    const frame = { time: '2018-01-29T04:26:39.000000000Z' };
    const reader = new RowReader();
    let read = 0;
    fc.assert(
      fc.property(data, fc.boolean(), (fields, isAscii) => {
        const text = JSON.stringify({
          schema: 2,
          id: 'a-1',
          source: 'a',
          created: null,
          data: { frame, ...fields },
        });
        if (agrees(isAscii ? text.replace(/[^ -~]/g, '') : text, reader)) read++;
      }),
      { seed: 20_261_121, numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it('never takes a text that is not JSON, or says something else than it says', () => {
    const texts = SAMPLES.filter(isWhole).map(json);
    const pieces = [
      '"',
      '}',
      '{',
      ',',
      ':',
      '[',
      ']',
      '0',
      '-',
      '.',
      'e',
      '1',
      'null',
      'true',
      '\\',
      ' ',
      'é',
      '"a":1,',
      '\n',
    ];
    const reader = new RowReader();
    const edit = fc.tuple(fc.nat(), fc.nat(4), fc.constantFrom('', ...pieces));
    let read = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (text, edits) => {
          let changed = text;
          for (const [where, remove, piece] of edits) {
            const at = where % changed.length;
            changed = changed.slice(0, at) + piece + changed.slice(at + remove);
          }
          if (agrees(changed, reader)) read++;
        },
      ),
      { seed: 7, numRuns: process.env.LONG ? 20_000 : 5000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it.each([
    ['a key twice', '"ip":{"ttl":1,"ttl":2}'],
    ['a key twice, once null', '"ip":{"ttl":1,"ttl":null}'],
    ['an object twice', '"ip":{"ttl":1},"ip":{"tos":2}'],
    ['a fraction', '"ip":{"ttl":1.0}'],
    ['minus zero', '"ip":{"ttl":-0}'],
    ['a leading zero', '"ip":{"ttl":01}'],
    ['a long number', '"ip":{"ttl":1234567890123456}'],
    ['an escape', '"ip":{"src":"\\u0031"}'],
    ['a list in a list', '"ip":{"options":[[1]]}'],
    ['an empty text in a list', '"icmpv6":{"options":{"rdnss":["","a"]}}'],
    ['an object for a value', '"ip":{"ttl":{}}'],
    ['a value for an object', '"ip":4'],
    ['a key nobody knows', '"ip":{"x":1}'],
  ])('leaves %s to others', (_, member) => {
    const head = '{"schema":2,"id":"a-1","source":"a","created":null,"data":{';
    const frame = '"frame":{"time":"2018-01-29T04:26:39.000000000Z"}';
    expect(readOne(`${head}${frame},"ip":{"ttl":1}}}`)).toBeDefined();
    expect(readOne(`${head}${frame},${member}}}`)).toBeUndefined();
  });
});
