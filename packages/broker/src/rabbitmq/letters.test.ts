import { describe, expect, it } from 'vitest';
import { jsonCodec } from '../json-codec.ts';
import { toLetters } from './letters.ts';

const codec = jsonCodec<unknown>();

describe('letters', () => {
  it('puts a batch into one, and says how many messages it holds', () => {
    const [letter, ...others] = toLetters([{ a: 1 }, 'b', null], codec, 'batch');
    expect(others).toEqual([]);
    expect(letter.body.toString()).toBe('{"a":1}\n"b"\nnull\n');
    expect(letter.options).toMatchObject({ persistent: true, mandatory: true, headers: { count: 3 } });
  });

  it('writes one for each message on the kombu wire', () => {
    const bodies = toLetters([{ a: 1 }, 'b\n'], codec, 'kombu').map(({ body }) => body.toString());
    expect(bodies).toEqual(['{"a":1}', '"b\\n"']);
  });

  it('parts a batch that is too large between its messages, in order', () => {
    const sizes = [1, 3e6, 4e6, 2e6, 9e6, 5, 8e6];
    const messages = sizes.map((size, id) => `${id}${'x'.repeat(size)}`);
    const letters = toLetters(messages, codec, 'batch');
    expect(letters.map(({ options }) => options.headers.count)).toEqual([3, 1, 1, 2]);
    expect(letters.flatMap(({ body }) => codec.decode(body).messages)).toEqual(messages);
  });
});
