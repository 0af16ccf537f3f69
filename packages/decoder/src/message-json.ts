import { type FieldSpec, type FieldType, insideOf } from './fields/spec.ts';
import { CATALOGUE } from './fields.ts';
import type { PacketMessage } from './message.ts';
import type { MessageData } from './message-data.ts';
import { putAscii, putJson, putNumber, TextWriter } from './text-writer.ts';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Writes the JSON text of a message made by `toMessage`: the same value as JSON.stringify's, several
 * times faster, because the catalogue says what each field is.
 */
export function writeMessageJson(message: PacketMessage, w: TextWriter): void {
  envelope(w, message);
  level(w, message.data);
  w.byte(CLOSE);
}

const scratch = new TextWriter();

/** The JSON text of a message. */
export function messageJson(message: PacketMessage): string {
  scratch.length = 0;
  writeMessageJson(message, scratch);
  return scratch.view().toString();
}

function level(w: TextWriter, data: MessageData): void {
  w.byte(OPEN);
  for (const name in data) {
    const value = data[name];
    if (value === undefined) continue;
    const write = LAYERS.get(name);
    if (write !== undefined) write(w, value);
    else if (name === 'inner') {
      w.ascii('"inner":');
      level(w, value as MessageData);
    } else w.utf8(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    w.byte(COMMA);
  }
  close(w);
}

/** Every member ends with a comma; the last one's becomes the closing bracket. */
function close(w: TextWriter, bracket = CLOSE): void {
  if (w.buffer[w.length - 1] === COMMA) w.buffer[w.length - 1] = bracket;
  else w.byte(bracket);
}

/** Plain data of any shape, as JSON.stringify writes it. */
function any(w: TextWriter, value: unknown): void {
  if (typeof value === 'string') w.json(value);
  else if (typeof value === 'number') w.number(value);
  else if (Array.isArray(value)) {
    w.byte(OPEN_LIST);
    for (const item of value) {
      any(w, item ?? null);
      w.byte(COMMA);
    }
    close(w, CLOSE_LIST);
  } else if (typeof value === 'object' && value !== null) {
    w.byte(OPEN);
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined) continue;
      w.json(name);
      w.byte(COLON);
      any(w, item);
      w.byte(COMMA);
    }
    close(w);
  } else w.ascii(String(value));
}

type ObjectWriter = (w: TextWriter, values: object) => void;

/** Longest text that is written in place; longer hex makes room for itself. */
const SHORT = 64;
/** Most that one field takes behind its key: a short text in quotes, or a number. */
const FIELD_ROOM = SHORT + 3;

const NUMBER = "if (typeof x === 'number') p = putNumber(b, p, x);";
const PAIR = `if (Array.isArray(x) && x.length === 2) {
  b[p++] = 91; p = putNumber(b, p, x[0]); b[p++] = ${COMMA}; p = putNumber(b, p, x[1]); b[p++] = 93;
}`;
const SAFE_TEXT = `if (typeof x === 'string') {
  if (x.length > ${SHORT}) { w.length = p; b = w.reserve(room + x.length); v = w.words; }
  b[p] = 34; p = putAscii(b, p + 1, x); b[p++] = 34;
}`;
const ANY_TEXT = `if (typeof x === 'string' && x.length <= ${SHORT} && (q = putJson(b, p, x)) >= 0) p = q;`;
/** How a field of a type is written at `p` in `b`; what does not fit the pattern goes through `any`. */
const PATTERNS: Partial<Record<FieldType, string>> = {
  pair: PAIR,
  uint: NUMBER,
  int: NUMBER,
  float: NUMBER,
  bool: "if (typeof x === 'boolean') p = putAscii(b, p, x ? 'true' : 'false');",
  token: SAFE_TEXT,
  time: SAFE_TEXT,
  decimal: SAFE_TEXT,
  mac: SAFE_TEXT,
  ipv4: SAFE_TEXT,
  ipv6: SAFE_TEXT,
  hex: SAFE_TEXT,
  string: ANY_TEXT,
};

/**
 * The writer of each layer, key included: one straight-line function made from the catalogue alone.
 * So V8 sees one shape at each property access, which is where a loop over names spends its time.
 */
const LAYERS = new Map<string, ObjectWriter>(
  CATALOGUE.map(({ layer, fields }) => [layer, lazily(() => compile(layer, fields))]),
);

/** Few layers come up in a run: the code of each is made when it does. */
function lazily(make: () => ObjectWriter): ObjectWriter {
  let write: ObjectWriter | undefined;
  return (w, values) => {
    write ??= make();
    write(w, values);
  };
}

function compile(key: string, fields: readonly FieldSpec[]): ObjectWriter {
  const names = [...new Set(fields.map(([path]) => path.split('.')[0]))];
  const children = names.map((name) => {
    const below = insideOf(fields, name);
    return below.length > 0 ? compile(name, below) : undefined;
  });
  const lines = names.map((name, i) => {
    const type = fields.find(([path]) => path === name)?.[1];
    const pattern = type === undefined ? undefined : PATTERNS[type];
    const generic = `${put(`${JSON.stringify(name)}:`)} ${pattern ? `${pattern} else` : ''} { ${call('any(w, x)')} }`;
    const write =
      children[i] === undefined
        ? generic
        : `if (typeof x === 'object' && x !== null) { ${call(`children[${i}](w, x)`)} } else { ${generic} }`;
    return `x = values[${JSON.stringify(name)}]; if (x !== undefined) { ${write} b[p++] = ${COMMA}; }`;
  });
  const body = `${put(`${JSON.stringify(key)}:{`)} ${lines.join('\n')} w.length = p; close(w);`;
  const room = 16 + key.length + names.reduce((sum, name) => sum + name.length + 3 + FIELD_ROOM, 0);
  return assemble(room, body, { children, any, close });
}

/** Code that leaves the writing to a function, and goes on where that ended. */
function call(code: string): string {
  return `w.length = p; ${code}; b = w.reserve(room); v = w.words; p = w.length;`;
}

/** A function out of `body`, which writes at `p` into `b` (`v` for several bytes at once) with `room` bytes to spare. */
function assemble(room: number, body: string, helpers: object): ObjectWriter {
  const bound = { ...helpers, putAscii, putJson, putNumber };
  const source = `return (w, values) => {
    const room = ${room}; let x; let q; let b = w.reserve(room); let v = w.words; let p = w.length;
    ${body}
  }`;
  return new Function(...Object.keys(bound), source)(...Object.values(bound));
}

/** Code that writes a constant, four bytes a store; up to three bytes behind it are written over later. */
function put(constant: string): string {
  const padded = Buffer.alloc((constant.length + 3) & ~3, constant);
  const stores = [];
  for (let i = 0; i < padded.length; i += 4) stores.push(`v.setInt32(p + ${i}, ${padded.readInt32BE(i)});`);
  return `${stores.join(' ')} p += ${constant.length};`;
}

/** Everything in front of a message's data. */
const envelope = assemble(
  64 + 3 * FIELD_ROOM,
  [
    ...['id', 'source', 'created'].map(
      (name, i) => `x = values.${name}; ${put(`${i === 0 ? '{"schema":2' : ''},"${name}":`)}
        ${ANY_TEXT} else { ${call('any(w, x)')} }`,
    ),
    `${put(',"data":')} w.length = p;`,
  ].join('\n'),
  { any },
);
