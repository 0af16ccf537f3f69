import { describe, expect, it } from 'vitest';
import { legacyJson } from './python-json.ts';

describe('legacyJson', () => {
  it('separates as Python does', () => {
    const data = { ether: { dst: 'a', type: 2048 }, tcp: { fields_options: { NOP: null, SAck: [1, 2] } } };
    expect(legacyJson({ data, created: 'now', source: 'here' })).toBe(
      '{"data": {"ether": {"dst": "a", "type": 2048}, "tcp": {"fields_options": {"NOP": null, "SAck": [1, 2]}}}, ' +
        '"created": "now", "source": "here"}',
    );
    expect(legacyJson({ data: {}, created: '', source: '' })).toBe(
      '{"data": {}, "created": "", "source": ""}',
    );
  });

  it('escapes all beyond printable ASCII', () => {
    const source = 'é "q" \\ / \b\f\n\r\t \u0000\u007f\u2028 😀 \ud800';
    expect(legacyJson({ data: {}, created: '', source })).toBe(
      '{"data": {}, "created": "", "source": ' +
        '"\\u00e9 \\"q\\" \\\\ / \\b\\f\\n\\r\\t \\u0000\\u007f\\u2028 \\ud83d\\ude00 \\ud800"}',
    );
  });
});
