import { describe, expect, it } from 'vitest';
import { bytes } from '../test/layers.ts';
import type { FieldEnds } from './layer.ts';
import { Writer } from './writer.ts';

describe('Writer', () => {
  it('appends big-endian integers, bytes and hex', () => {
    const w = new Writer().u8(1).u16(0x0203).u24(0x040506).u32(0x0708090a).bytes(Buffer.of(0x0b)).hex('0c0d');
    expect(w.finish()).toEqual(bytes('0102030405060708090a0b0c0d'));
    expect(w.length).toBe(13);
  });

  it('takes 0 for what is missing', () => {
    expect(new Writer().u8().u16().u24().u32().hex().finish()).toEqual(Buffer.alloc(10));
  });

  it('writes the top bit of each width', () => {
    const w = new Writer().u8(0x80).u16(0x8000).u24(0x800000).u32(0x80000000).u32(0xffffffff);
    expect(w.finish()).toEqual(bytes('80 8000 800000 80000000 ffffffff'));
  });

  it('keeps the low bits of what is too large', () => {
    expect(new Writer().u8(0x1ff).u16(0x1ffff).u24(0x1ffffff).u32(0x1ffffffff).finish()).toEqual(
      bytes('ff ffff ffffff ffffffff'),
    );
  });

  it('grows over any boundary, and loses nothing', () => {
    for (const size of [255, 256, 257, 511, 512, 513, 5000]) {
      const body = Buffer.alloc(size, 0xab);
      expect(new Writer().bytes(body).u32(0x01020304).bytes(body).finish()).toEqual(
        Buffer.concat([body, bytes('01020304'), body]),
      );
    }
  });

  it('hands out a copy', () => {
    const w = new Writer().u8(1);
    const first = w.finish();
    w.u8(2);
    first[0] = 9;
    expect(w.finish()).toEqual(bytes('0102'));
  });

  describe('trim', () => {
    const ENDS: FieldEnds = [
      ['a', 1],
      ['b', 1],
      ['c', 3],
      ['d', 4],
    ];
    const trimmed = (fields: object) =>
      new Writer().u16(0xffff).u32(0x01020304).trim(2, fields, ENDS).finish();

    it.each([
      [{ a: 0, b: 0, c: 0, d: 0 }, 'ffff 01020304'],
      [{ a: 0, b: 0, c: 0 }, 'ffff 010203'],
      [{ a: 0, b: 0 }, 'ffff 01'],
      [{ a: 0 }, 'ffff 01'],
      [{}, 'ffff'],
      [{ d: 0 }, 'ffff 01020304'],
      [{ c: 0, d: undefined }, 'ffff 010203'],
    ])('ends behind the last of the fields %j', (fields, text) => {
      expect(trimmed(fields)).toEqual(bytes(text));
    });

    it('leaves what is behind a header alone when the header is complete', () => {
      const w = new Writer().u32(1).u16(2);
      expect(w.trim(0, { a: 0, b: 0, c: 0, d: 0 }, ENDS).finish()).toHaveLength(6);
    });
  });
});
