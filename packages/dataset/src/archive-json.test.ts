import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveJson } from './archive-json.ts';

describe('archiveJson', () => {
  it('writes as json.dumps(sort_keys=True, indent=4) does', () => {
    const value = { b: [1, [], {}], a: { z: null, A: true }, c: 'x', gone: undefined };
    expect(archiveJson(value)).toBe(
      [
        '{',
        '    "a": {',
        '        "A": true,',
        '        "z": null',
        '    },',
        '    "b": [',
        '        1,',
        '        [],',
        '        {}',
        '    ],',
        '    "c": "x"',
        '}',
      ].join('\n'),
    );
  });

  it('writes everything beyond printable ASCII as escapes', () => {
    expect(archiveJson('aé\u007f"\\\n\u0001😀')).toBe('"a\\u00e9\\u007f\\"\\\\\\n\\u0001\\ud83d\\ude00"');
    expect(archiveJson({ é: 1 })).toBe('{\n    "\\u00e9": 1\n}');
  });

  it('writes JSON of the same value, with its keys sorted', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = archiveJson(value);
        expect(text).toMatch(/^[\n -~]*$/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(archiveJson(JSON.parse(text))).toBe(text);
      }),
      { seed: 5, numRuns: 1000 },
    );
  });

  it('tells objects apart whose keys look alike in a list', () => {
    expect(archiveJson({ a: 1, b: 2, c: 3 })).toContain('"b": 2');
    expect(JSON.parse(archiveJson({ 'a,b': 1, c: 2 }))).toEqual({ 'a,b': 1, c: 2 });
    expect(JSON.parse(archiveJson({ a: 1, 'b,c': 2 }))).toEqual({ a: 1, 'b,c': 2 });
  });
});
