import type { ConsumeMessage } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { jsonCodec } from '../json-codec.ts';
import { NDJSON } from './letters.ts';
import { readAll } from './reading.ts';

const arrival = (body: string | Buffer, contentType = 'application/json') =>
  ({
    content: typeof body === 'string' ? Buffer.from(body) : body,
    properties: { contentType },
  }) as ConsumeMessage;

const read = (...arrivals: ConsumeMessage[]) => readAll(arrivals, jsonCodec<unknown>(), 1e6);

describe('reading what arrived', () => {
  it('takes each line of a batch, and each JSON text of kombu however many lines it has', () => {
    expect(read(arrival('{"a":1}\n{"a":2}\n', NDJSON)).messages).toEqual([{ a: 1 }, { a: 2 }]);
    const spread = '{\n  "a": "b",\r\n  "c": [\n1\n]}\n';
    expect(read(arrival(spread)).messages).toEqual([{ a: 'b', c: [1] }]);
    expect(read(arrival(spread), arrival('2'), arrival('[]')).messages).toEqual([{ a: 'b', c: [1] }, 2, []]);
  });

  it('does not change the body of what it reads', () => {
    const source = arrival('[\n1\n');
    expect(read(source)).toMatchObject({
      messages: [],
      unreadable: [{ body: Buffer.from('[\n1\n'), messages: 1 }],
    });
  });

  it('tells the unreadable among others, whole and in their order', () => {
    const { messages, unreadable } = read(
      arrival('1'),
      arrival('nonsense'),
      arrival('3'),
      arrival(''),
      arrival('[\n5'),
    );
    expect(messages).toEqual([1, 3]);
    expect(unreadable.map(({ body }) => body.toString())).toEqual(['nonsense', '', '[\n5']);
    expect(unreadable.every(({ reason }) => reason.length > 0)).toBe(true);
  });

  it('tells the unreadable lines of a batch, bytes intact, and keeps the others', () => {
    const junk = Buffer.from([0xff, 0xfe, 0x00]);
    const body = Buffer.concat([Buffer.from('1\n'), junk, Buffer.from('\n2\nNaN\n')]);
    const { messages, unreadable } = read(arrival(body, NDJSON));
    expect(messages).toEqual([1, 2]);
    expect(unreadable).toHaveLength(1);
    expect(unreadable[0].messages).toBe(2);
    expect(unreadable[0].body).toEqual(Buffer.concat([junk, Buffer.from('\nNaN\n')]));
  });

  it('keeps a batch together that holds no message at all', () => {
    const body = 'one\ntwo\n\nthree';
    expect(read(arrival(body, NDJSON)).unreadable).toMatchObject([{ body: Buffer.from(body), messages: 3 }]);
    expect(read(arrival('\n\n', NDJSON)).unreadable).toMatchObject([{ reason: 'empty', messages: 1 }]);
  });

  it('does not read what is too large for a message', () => {
    const body = Buffer.alloc(100e6, '[');
    const start = performance.now();
    const { messages, unreadable } = read(arrival(body));
    expect(performance.now() - start).toBeLessThan(1000);
    expect(messages).toEqual([]);
    expect(unreadable[0].reason).toContain('100000000 bytes');
  });
});
