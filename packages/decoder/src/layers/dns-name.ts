import { isUtf8 } from 'node:buffer';
import { ESCAPED_BYTE, TextBuffer } from '../text.ts';
import type { Writer } from '../writer.ts';

/** Octets of a name on the wire, the root's zero included (RFC 1035, 3.1). */
const MAX_NAME = 255;
/** A pointer per label is more than any sender needs. */
const MAX_POINTERS = 127;
/** Names may expand to so many times their message: a record with a compressed name takes 12 bytes. */
const MAX_EXPANSION = 16;

/** The bytes of a name, a dot behind each label. */
const scratch = Buffer.allocUnsafe(MAX_NAME);
const buffer = new TextBuffer();

/**
 * A position in one message, and the bounds that keep a hostile message cheap: a pointer leads
 * strictly backwards, the number of pointers is limited, and so is the text that all names make.
 */
export class DnsReader {
  readonly data: Buffer;
  /** Where the message begins: what pointers count from. */
  readonly start: number;
  readonly end: number;
  pos: number;
  /** Why the last read failed. */
  reason = '';
  /** True when it failed because the bytes ran out. */
  cut = false;
  /** True once a name was compressed: writing names in full does not give the message back. */
  compressed = false;
  private budget: number;
  /** The first name, which most other records point to. */
  private firstAt = -1;
  private first = '';

  constructor(data: Buffer, start: number, end: number, pos: number) {
    this.data = data;
    this.start = start;
    this.end = end;
    this.pos = pos;
    this.budget = MAX_EXPANSION * (end - start) + MAX_NAME;
  }

  fail(reason: string, cut = false): undefined {
    this.reason = reason;
    this.cut = cut;
    return undefined;
  }

  /**
   * Reads the name at `pos` and moves behind it. Its own bytes must lie before `limit`. Labels are
   * UTF-8 text; dot and backslash in a label become `\.` and `\\`, what cannot be printed `\DDD`.
   * The text ends with a dot; the root is ".".
   */
  name(limit: number): string | undefined {
    const { data } = this;
    const from = this.pos;
    let at = from;
    let stop = limit;
    let floor = from;
    let pointers = 0;
    let resume = -1;
    let used = 0;
    let plain = true;
    for (;;) {
      if (at >= stop) return this.fail('a name runs past the end', true);
      const length = data[at];
      if (length === 0) break;
      if (length < 64) {
        const labelEnd = at + 1 + length;
        if (labelEnd > stop) return this.fail('a name runs past the end', true);
        if (used + length + 2 > MAX_NAME) return this.fail(`a name is longer than ${MAX_NAME} bytes`);
        for (let i = at + 1; i < labelEnd; i++) {
          const c = data[i];
          if (c < 0x20 || c > 0x7e || c === 0x2e || c === 0x5c) plain = false;
          scratch[used++] = c;
        }
        scratch[used++] = 0x2e;
        at = labelEnd;
      } else if (length >= 192) {
        if (at + 2 > stop) return this.fail('a name runs past the end', true);
        const target = this.start + (((length & 63) << 8) | data[at + 1]);
        if (target >= floor) return this.fail('a name points forwards or at itself');
        if (++pointers > MAX_POINTERS) return this.fail(`a name has more than ${MAX_POINTERS} pointers`);
        if (resume < 0) resume = at + 2;
        this.compressed = true;
        if (target === this.firstAt && used === 0) return this.again(resume);
        at = target;
        floor = target;
        stop = this.end;
      } else return this.fail(`label type ${length >> 6}`);
    }
    if (!this.spend(used)) return undefined;
    const text = plain
      ? scratch.toString('latin1', 0, used) || '.'
      : this.escaped(from, isUtf8(scratch.subarray(0, used)));
    this.pos = resume < 0 ? at + 1 : resume;
    if (this.firstAt < 0) {
      this.firstAt = from;
      this.first = text;
    }
    return text;
  }

  private again(resume: number): string | undefined {
    if (!this.spend(this.first.length)) return undefined;
    this.pos = resume;
    return this.first;
  }

  private spend(bytes: number): boolean {
    this.budget -= bytes;
    if (this.budget < 0) this.fail(`names expand to more than ${MAX_EXPANSION} times the message`);
    return this.budget >= 0;
  }

  /** The slow path of `name`: the walk is known to be sound. */
  private escaped(from: number, utf8: boolean): string {
    const { data } = this;
    for (let at = from; data[at] !== 0; ) {
      const length = data[at];
      if (length >= 192) at = this.start + (((length & 63) << 8) | data[at + 1]);
      else {
        buffer.label(data, at + 1, at + 1 + length, utf8);
        at += 1 + length;
      }
    }
    return buffer.take();
  }
}

/** A piece of a name as text: an escaped byte, an escaped character, a dot, or anything else. */
const PIECE = new RegExp(`${ESCAPED_BYTE}|\\\\(.)|(\\.)|([^\\\\.]+|\\\\)`, 'gsu');

/**
 * Writes a name without compression. The dot at its end may be left out.
 * Throws RangeError for an empty label, one of more than 63 bytes, or a name of more than 255.
 */
export function encodeDnsName(name: string, w: Writer): void {
  const start = w.length;
  let label: Buffer[] = [];
  const finish = () => {
    const bytes = Buffer.concat(label);
    if (bytes.length === 0 || bytes.length > 63) throw new RangeError(`a DNS label of ${bytes.length} bytes`);
    w.u8(bytes.length).bytes(bytes);
    label = [];
  };
  if (name !== '.') {
    for (const [, decimal, escaped, dot, plain] of name.matchAll(PIECE)) {
      if (dot) finish();
      else label.push(decimal ? Buffer.of(Number(decimal)) : Buffer.from(escaped ?? plain));
    }
    if (label.length > 0) finish();
  }
  w.u8(0);
  if (w.length - start > MAX_NAME) throw new RangeError(`a DNS name of ${w.length - start} bytes`);
}
