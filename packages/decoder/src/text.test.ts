import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFixedText, formatText, parseFixedText, parseText } from './text.ts';

const format = (text: string, encoding: 'utf8' | 'latin1' = 'utf8') => {
  const data = Buffer.from(text, encoding);
  return formatText(data, 0, data.length);
};

describe('formatText', () => {
  it('keeps printable UTF-8, spaces and quotes', () => {
    expect(format('v=spf1 include:"x" ~all')).toBe('v=spf1 include:"x" ~all');
    expect(format('Bob’s Mac 😀')).toBe('Bob’s Mac 😀');
  });

  it('escapes control and format characters byte by byte', () => {
    expect(format('a\tb\u0000')).toBe('a\\009b\\000');
    expect(format('\u0085\u202e')).toBe('\\194\\133\\226\\128\\174');
    expect(format('\u061c\u2066x\u200f')).toBe('\\216\\156\\226\\129\\166x\\226\\128\\143');
    expect(format('\u00a0\u200d\u2030')).toBe('\u00a0\u200d\u2030');
  });

  it('escapes every high byte of what is not UTF-8', () => {
    expect(format('caf\u00e9 \u00ff', 'latin1')).toBe('caf\\233 \\255');
  });

  it('escapes a backslash only where it would read as an escape', () => {
    expect(format('v=DKIM1\\; k=rsa')).toBe('v=DKIM1\\; k=rsa');
    expect(format('\\065')).toBe('\\092065');
    expect(format('\\\\065')).toBe('\\\\092065');
  });

  it('gives back every byte', () => {
    const dense = fc
      .array(fc.constantFrom(0x5c, 0x30, 0x31, 0x39, 0x2e, 0xc3, 0xa9, 0x0a))
      .map((a) => Uint8Array.from(a));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), dense), (raw) => {
        const data = Buffer.from(raw);
        const text = formatText(data, 0, data.length);
        expect(parseText(text)).toEqual(data);
        expect(text).not.toMatch(/[\p{Cc}]/u);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('formatFixedText', () => {
  it('is text up to the zeros, hex otherwise', () => {
    expect(formatFixedText(Buffer.from('GPS\0'), 0, 4)).toBe('GPS');
    expect(formatFixedText(Buffer.from('RATE'), 0, 4)).toBe('RATE');
    expect(formatFixedText(Buffer.alloc(4), 0, 4)).toBe('');
    expect(formatFixedText(Buffer.from('a\0b\0'), 0, 4)).toBe('61006200');
  });

  it('gives back every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4, max: 0x40 }), (raw) => {
        const bytes = Buffer.from(raw);
        expect(parseFixedText(formatFixedText(bytes, 0, 4), 4)).toEqual(bytes);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
