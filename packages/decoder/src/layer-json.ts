import { assemble, call, type ObjectWriter, put, UINT } from './code.ts';
import { type FieldSpec, type FieldType, insideOf } from './fields/spec.ts';
import { CATALOGUE } from './fields.ts';
import type { TextWriter } from './text-writer.ts';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Every member ends with a comma; the last one's becomes the closing bracket. */
export function close(w: TextWriter, bracket = CLOSE): void {
  if (w.buffer[w.length - 1] === COMMA) w.buffer[w.length - 1] = bracket;
  else w.byte(bracket);
}

/** Plain data of any shape, as JSON.stringify writes it. */
export function anyJson(w: TextWriter, value: unknown): void {
  if (typeof value === 'string') w.json(value);
  else if (Number.isFinite(value)) w.number(value as number);
  else if (Array.isArray(value)) {
    w.byte(OPEN_LIST);
    for (const item of value) {
      anyJson(w, item ?? null);
      w.byte(COMMA);
    }
    close(w, CLOSE_LIST);
  } else if (typeof value === 'object' && value !== null) {
    w.byte(OPEN);
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined) continue;
      w.json(name);
      w.byte(COLON);
      anyJson(w, item);
      w.byte(COMMA);
    }
    close(w);
  } else w.ascii(JSON.stringify(value) ?? 'null');
}

/** Longest text that is written in place; longer hex makes room for itself. */
const SHORT = 64;
/** Most that one field takes behind its key: a short text in quotes, or a number. */
export const FIELD_ROOM = SHORT + 3;

const NUMBER = `${UINT} else if (typeof x === 'number') p = putNumber(b, p, x);`;
const PAIR = `if (Array.isArray(x) && x.length === 2) {
  b[p++] = 91; p = putNumber(b, p, x[0]); b[p++] = ${COMMA}; p = putNumber(b, p, x[1]); b[p++] = 93;
}`;
const SAFE_TEXT = `if (typeof x === 'string') {
  if (x.length > ${SHORT}) { w.length = p; b = w.reserve(room + x.length); v = w.words; }
  b[p] = 34; p = putAscii(b, p + 1, x); b[p++] = 34;
}`;
export const ANY_TEXT = `if (typeof x === 'string' && x.length <= ${SHORT} && (q = putJson(b, p, x)) >= 0) p = q;`;
const TIME = `${SAFE_TEXT} else if (x instanceof TimeBytes) {
  b[p] = 34; p = x.put(v, p + 1); b[p++] = 34;
}`;
/** How a field of a type is written at `p` in `b`; what does not fit the pattern goes through `anyJson`. */
const PATTERNS: Partial<Record<FieldType, string>> = {
  pair: PAIR,
  uint: NUMBER,
  int: NUMBER,
  float: NUMBER,
  bool: "if (typeof x === 'boolean') p = putAscii(b, p, x ? 'true' : 'false');",
  token: SAFE_TEXT,
  time: TIME,
  decimal: TIME,
  mac: SAFE_TEXT,
  ipv4: SAFE_TEXT,
  ipv6: SAFE_TEXT,
  hex: SAFE_TEXT,
  string: ANY_TEXT,
};

/** The writer of each layer, key included, made from the catalogue alone. */
export const LAYER_JSON = new Map<string, ObjectWriter>(
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
    const generic = `${put(`${JSON.stringify(name)}:`)} ${pattern ? `${pattern} else` : ''} { ${call('anyJson(w, x)')} }`;
    const write =
      children[i] === undefined
        ? generic
        : `if (typeof x === 'object' && x !== null) { ${call(`children[${i}](w, x)`)} } else { ${generic} }`;
    return `x = values[${JSON.stringify(name)}]; if (x !== undefined) { ${write} b[p++] = ${COMMA}; }`;
  });
  const body = `${put(`${JSON.stringify(key)}:{`)} ${lines.join('\n')} w.length = p; close(w);`;
  const room = 16 + key.length + names.reduce((sum, name) => sum + name.length + 3 + FIELD_ROOM, 0);
  return assemble(room, body, { children, anyJson, close });
}
