import type { FieldEnds } from './layer.ts';

/** A growing byte buffer that encoders append to, big-endian. */
export class Writer {
  private buffer = Buffer.allocUnsafe(256);
  length = 0;

  private room(bytes: number): number {
    const at = this.length;
    if (at + bytes > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, at + bytes));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    this.length = at + bytes;
    return at;
  }

  u8(value = 0): this {
    const at = this.room(1);
    this.buffer[at] = value;
    return this;
  }

  u16(value = 0): this {
    const at = this.room(2);
    this.buffer.writeUInt16BE(value & 0xffff, at);
    return this;
  }

  u24(value = 0): this {
    return this.u8((value >>> 16) & 255).u16(value & 0xffff);
  }

  u32(value = 0): this {
    const at = this.room(4);
    this.buffer.writeUInt32BE(value >>> 0, at);
    return this;
  }

  bytes(bytes: Uint8Array): this {
    const at = this.room(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  hex(text = ''): this {
    return this.bytes(Buffer.from(text, 'hex'));
  }

  /** Drops the bytes of a header begun at `start` behind the last field that `fields` has: the twin of `Decoding.partial`. */
  trim(start: number, fields: object, ends: FieldEnds): this {
    let used = 0;
    let complete = true;
    for (const [field, end] of ends) {
      if ((fields as Record<string, unknown>)[field] === undefined) complete = false;
      else used = Math.max(used, end);
    }
    if (!complete) this.length = Math.min(this.length, start + used);
    return this;
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }
}
