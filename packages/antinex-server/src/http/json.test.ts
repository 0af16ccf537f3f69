import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it.each(['', 'nojson', '{bad', '[NaN]', '{"a":Infinity}', '"', '"\\', '["\\"]', '[1}', '\u0000'])(
    'refuses %j and quotes nothing of it',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
      expect(() => parseJson(text)).toThrow(/^it is no JSON/);
    },
  );

  it('goes no deeper than 32 levels, and counts no brackets in texts', () => {
    expect(parseJson('['.repeat(32) + ']'.repeat(32))).toBeInstanceOf(Array);
    expect(() => parseJson('['.repeat(33) + ']'.repeat(33))).toThrow('32 levels');
    const start = performance.now();
    expect(() => parseJson('{"a":'.repeat(3_000_000))).toThrow('32 levels');
    expect(performance.now() - start).toBeLessThan(1000);
    const texts = ['['.repeat(100), '\\', '"[', '\\"{'.repeat(40)];
    expect(parseJson(JSON.stringify(texts))).toEqual(texts);
  });

  it.each(['{"__proto__":{}}', '[{"a":{"\\u005f_proto__":1}}]', '{"\\u005F\\u005fproto__":null}'])(
    'refuses the key in %s',
    (text) => expect(() => parseJson(text)).toThrow('__proto__'),
  );

  it('lets the word stand elsewhere', () => {
    expect(parseJson('["__proto__"]')).toEqual(['__proto__']);
  });
});
