import { type Envelope, type Fields, parseFields, parseFieldsOf } from './envelope.ts';

type ReadMarks = Omit<Envelope, 'body'>;

/** What follows the body in an envelope, up to the delivery tag: the same for most messages of a queue. */
interface KnownTail extends ReadMarks {
  readonly bytes: Buffer;
}

const BODY_KEY = '{"body": "';
const TAG_KEY = '"delivery_tag": "';
const END = '"}}';
const QUOTE = 0x22;
const LONGEST_KNOWN_BYTES = 4096;

/** Reads the items of a kombu queue. Remembers what it parsed last, since the next is likely to be like it. */
export class EnvelopeReader {
  #known: KnownTail | undefined;

  /** Undefined when the item is no envelope: then it is a bare message, or garbage. */
  read(item: Buffer): Envelope | undefined {
    return this.#readUsual(item) ?? readUnusual(item);
  }

  /** Kombu puts the body first, which is most of the message, so the rest can be looked at without it. */
  #readUsual(item: Buffer): Envelope | undefined {
    if (item.toString('latin1', 0, BODY_KEY.length) !== BODY_KEY) return undefined;
    const end = item.indexOf(QUOTE, BODY_KEY.length);
    const marks = end < 0 ? undefined : (this.#remembered(item, end) ?? this.#parsed(item, end));
    if (!marks) return undefined;
    const body = Buffer.from(item.toString('latin1', BODY_KEY.length, end), 'base64');
    return { body, redelivered: marks.redelivered, reason: marks.reason };
  }

  #remembered(item: Buffer, from: number): ReadMarks | undefined {
    const known = this.#known;
    if (!known) return undefined;
    const { bytes } = known;
    const tag = from + bytes.length;
    if (item.compare(bytes, 0, bytes.length, from, Math.min(tag, item.length)) !== 0) return undefined;
    return isTagAndEnd(item, tag) ? known : undefined;
  }

  #parsed(item: Buffer, from: number): ReadMarks | undefined {
    const fields = parseFieldsOf(`{"body": 0${item.toString('utf8', from + 1)}`);
    if (fields?.properties.body_encoding !== 'base64') return undefined;
    const marks = marksOf(fields);
    const tag = item.lastIndexOf(TAG_KEY) + TAG_KEY.length;
    const isUsual = tag > from && tag - from < LONGEST_KNOWN_BYTES && isTagAndEnd(item, tag);
    // A copy: the item is a part of all that was read with it.
    this.#known = isUsual ? { ...marks, bytes: Buffer.from(item.subarray(from, tag)) } : undefined;
    return marks;
  }
}

/** A plain text, the quote that ends it, and the end of the item. */
function isTagAndEnd(item: Buffer, tag: number): boolean {
  const end = item.length - END.length;
  if (item.indexOf(QUOTE, tag) !== end || item.toString('latin1', end) !== END) return false;
  for (let i = tag; i < end; i++) {
    if (!isPlain(item[i])) return false;
  }
  return true;
}

/** A letter, a digit, a hyphen or the like: printable, and no backslash. */
const isPlain = (byte: number): boolean => byte > 0x20 && byte < 0x7f && byte !== 0x5c;

function readUnusual(item: Buffer): Envelope | undefined {
  const fields = parseFields(item);
  if (typeof fields?.body !== 'string') return undefined;
  const isBase64 = fields.properties.body_encoding === 'base64';
  return { body: Buffer.from(fields.body, isBase64 ? 'base64' : 'utf8'), ...marksOf(fields) };
}

function marksOf({ headers, properties }: Fields): ReadMarks {
  const info = properties.delivery_info as { redelivered?: unknown } | undefined | null;
  return {
    redelivered: headers?.redelivered === true || info?.redelivered === true,
    reason: typeof headers?.reason === 'string' ? headers.reason : undefined,
  };
}
