import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putAscii, putHex, putNanos, putNumber, putUint, TextWriter } from './text-writer.ts';

/** What `putNumber` writes, with guards on both sides. */
function written(value: number): string {
  const buffer = Buffer.alloc(40, 0x23);
  const end = putNumber(buffer, 3, value);
  expect(buffer.toString('latin1', 0, 3)).toBe('###');
  expect(buffer.toString('latin1', end)).toBe('#'.repeat(40 - end));
  return buffer.toString('latin1', 3, end);
}

const powers = Array.from({ length: 17 }, (_, i) => 10 ** i).flatMap((power) => [
  power - 1,
  power,
  power + 1,
]);
const bits = Array.from({ length: 54 }, (_, i) => 2 ** i).flatMap((power) => [power - 1, power, power + 1]);

describe('putNumber', () => {
  it.each([
    ...[0, 1, 9, 10, 11, 99, 100, 101, 99_999, 100_000, 100_001],
    ...[0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001],
    ...[2_147_400_000, 2_147_500_000, 4_294_900_000, 4_294_967_000, 3_000_000_000, 3_000_000_001],
    ...[Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, 1e21, 1e300, Number.MIN_VALUE],
    ...[-1, -9, -10, -2_147_483_648, -2_147_483_649, -1e21, -4_294_967_295],
    ...[
      0.5, 1.5, 0.1, 0.000001, 0.0000001, 1e-7, 4_294_967_295.5, 2_147_483_647.5, -0.0000012345678901234567,
    ],
  ])('writes %d as JavaScript does', (value) => {
    expect(written(value)).toBe(String(value));
  });

  it('writes minus zero as 0, as JSON has it', () => expect(written(-0)).toBe(JSON.stringify(-0)));

  it('writes every power of ten and of two, and its neighbours', () => {
    for (const value of [...powers, ...bits]) {
      if (written(value) !== String(value)) expect(written(value)).toBe(String(value));
      if (written(-value) !== String(-value) && value !== 0) expect(written(-value)).toBe(String(-value));
    }
  });

  it('writes any number', () => {
    const numbers = fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(numbers, (value) => {
        expect(written(value)).toBe(JSON.stringify(value));
      }),
      { seed: 1, numRuns: 5000 },
    );
  });
});

/** What a writer of several bytes at once writes, with a guard in front. */
function writtenWords(put: (words: DataView, at: number) => number): string {
  const buffer = Buffer.alloc(200, 0x23);
  const end = put(new DataView(buffer.buffer, buffer.byteOffset, buffer.length), 3);
  expect(buffer.toString('latin1', 0, 3)).toBe('###');
  expect(buffer.toString('latin1', end + 3)).toBe('#'.repeat(200 - 3 - end));
  return buffer.toString('latin1', 3, end);
}

describe('putUint', () => {
  it('writes every power of ten and of two, and its neighbours', () => {
    for (const value of [...powers, ...bits].filter((value) => value < 2 ** 32)) {
      expect(writtenWords((words, at) => putUint(words, at, value))).toBe(String(value));
    }
  });

  it('writes any whole number that 32 bits hold', () => {
    const anyUint = fc.oneof(fc.nat(99_999), fc.integer({ min: 0, max: 0xffff_ffff }));
    fc.assert(
      fc.property(anyUint, (value) => {
        expect(writtenWords((words, at) => putUint(words, at, value))).toBe(String(value));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

describe('putNanos', () => {
  it('writes nine digits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(999_999_999), fc.nat(100_000)), (value) => {
        const text = writtenWords((words, at) => putNanos(words, at, value));
        expect(text).toBe(String(value).padStart(9, '0'));
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});

describe('putHex', () => {
  it('writes the bytes of a range, and nothing behind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (data, from) => {
        const hex = Buffer.from(data.subarray(from)).toString('hex');
        const end = Math.max(from, data.length);
        expect(writtenWords((words, at) => putHex(words, at, data, from, end))).toBe(hex);
      }),
      { seed: 4, numRuns: 1000 },
    );
  });
});

describe('putAscii', () => {
  it.each([0, 1, 39, 40, 41, 200])('writes %i characters', (length) => {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(32 + (i % 95))).join('');
    const buffer = Buffer.alloc(length + 4, 0x23);
    expect(putAscii(buffer, 2, text)).toBe(2 + length);
    expect(buffer.toString('latin1')).toBe(`##${text}##`);
  });
});

describe('TextWriter', () => {
  const text = (w: TextWriter) => w.view().toString();

  it('writes each kind of thing', () => {
    const w = new TextWriter(1);
    w.byte(0x5b);
    w.ascii('abc');
    w.number(4_000_000_000);
    w.utf8('ä€𝄞');
    w.bytes(Buffer.from('xyz'));
    w.json('q"');
    expect(text(w)).toBe('[abc4000000000ä€𝄞xyz"q\\""');
  });

  it('has room for the longest number', () => {
    const longest = -0.0000012345678901234567;
    expect(String(longest)).toHaveLength(25);
    const w = new TextWriter(25);
    w.number(longest);
    expect(text(w)).toBe(String(longest));
    const tight = new TextWriter(26);
    tight.byte(0x5b);
    tight.number(longest);
    tight.number(longest);
    expect(text(tight)).toBe(`[${longest}${longest}`);
  });

  it('grows from any size, and keeps its two views on one memory', () => {
    for (const size of [1, 2, 3, 7, 64]) {
      const w = new TextWriter(size);
      let expected = '';
      for (let i = 0; i < 300; i++) {
        w.ascii(`${i},`);
        w.json('ü'.repeat(i % 5));
        expected += `${i},"${'ü'.repeat(i % 5)}"`;
      }
      expect(text(w)).toBe(expected);
      w.reserve(4);
      w.words.setInt32(w.length, 0x41424344);
      w.length += 4;
      expect(text(w)).toBe(`${expected}ABCD`);
    }
  });

  it('writes any string as JSON.stringify does, lone surrogates too', () => {
    const strings = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
    fc.assert(
      fc.property(fc.array(strings, { maxLength: 4 }), (list) => {
        const w = new TextWriter(1);
        for (const one of list) w.json(one);
        expect(text(w)).toBe(list.map((one) => JSON.stringify(one)).join(''));
      }),
      { seed: 1, numRuns: 500 },
    );
    const w = new TextWriter();
    for (let code = 0; code < 0x300; code++) w.json(String.fromCharCode(code));
    w.json('\ud800 \udc00');
    const all = Array.from({ length: 0x300 }, (_, code) => JSON.stringify(String.fromCharCode(code)));
    expect(text(w)).toBe(`${all.join('')}${JSON.stringify('\ud800 \udc00')}`);
  });
});
