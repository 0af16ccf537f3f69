import { isUtf8 } from 'node:buffer';
import { hex, u16, u32 } from '../bytes.ts';
import { bytesRepr } from './python-repr.ts';

export type TcpOptionFields = Record<string, number | string | null | number[]>;

const EOL = 0;
const NOP = 1;
const NAMES: Readonly<Record<number, string>> = {
  2: 'MSS',
  3: 'WScale',
  4: 'SAckOK',
  5: 'SAck',
  8: 'Timestamp',
  14: 'AltChkSum',
  15: 'AltChkSumOpt',
  25: 'Mood',
};

/** One option as kamene reads it; EOL and NOP have no body. */
interface Option {
  kind: number;
  from: number;
  to: number;
}

/**
 * The options in `data[from..to)`: null when kamene cannot read them (a kind without a length). A
 * length below 2 counts as 2, and one beyond the end is cut.
 */
export function splitTcpOptions(data: Buffer, from: number, to: number): Option[] | null {
  const options: Option[] = [];
  let at = from;
  while (at < to) {
    const kind = data[at];
    if (kind === EOL || kind === NOP) options.push({ kind, from: at, to: at });
    if (kind === EOL) break;
    if (kind === NOP) {
      at++;
      continue;
    }
    if (at + 1 >= to) return null;
    const next = Math.min(to, at + Math.max(2, data[at + 1]));
    options.push({ kind, from: at + 2, to: next });
    at = next;
  }
  return options;
}

/**
 * What the original puts into `tcp.fields_options`: the known options in its own order, the last one
 * of each kind; or, where SAckOK has a body that is no text, Python's repr of the whole list.
 *
 * An option of the wrong size crashes the original, and so do AltChkSumOpt and Mood: here a number
 * that cannot be read is null, and those two are hex.
 */
export function tcpOptionFields(data: Buffer, options: readonly Option[]): TcpOptionFields | string {
  const last: (Option | undefined)[] = [];
  for (const option of options) if (option.kind <= 25) last[option.kind] = option;
  const fields: TcpOptionFields = {};
  if (last[EOL]) fields.EOL = null;
  if (last[NOP]) fields.NOP = null;
  if (last[2]) fields.MSS = value(data, last[2]);
  if (last[3]) fields.WScale = value(data, last[3]);
  if (last[4]) {
    const body = data.subarray(last[4].from, last[4].to);
    if (!isUtf8(body)) return listRepr(data, options);
    fields.SAckOK = body.toString();
  }
  if (last[5]) fields.SAck = value(data, last[5]);
  const time = last[8];
  if (time && time.to - time.from === 8) fields.Timestamp = u32(data, time.from);
  else if (time && time.to > time.from) fields.Timestamp = data[time.from];
  if (last[14]) fields.AltChkSum = value(data, last[14]);
  if (last[15]) fields.AltChkSumOpt = hex(data, last[15].from, last[15].to);
  if (last[25]) fields.Mood = hex(data, last[25].from, last[25].to);
  return fields;
}

/** The number or list of numbers that an option of the right size holds, else null. */
function value(data: Buffer, { kind, from, to }: Option): number | number[] | null {
  const size = to - from;
  if (kind === 2 && size === 2) return u16(data, from);
  if (kind === 3 && size === 1) return data[from];
  if (kind === 5 && size % 4 === 0) {
    if (size === 4) return u32(data, from);
    return Array.from({ length: size / 4 }, (_, i) => u32(data, from + 4 * i));
  }
  if (kind === 8 && size === 8) return [u32(data, from), u32(data, from + 4)];
  if (kind === 14 && size === 3) return [data[from], u16(data, from + 1)];
  return null;
}

/** Python's repr of kamene's list of (name, value) pairs. */
function listRepr(data: Buffer, options: readonly Option[]): string {
  const items = options.map((option) => {
    const { kind, from, to } = option;
    if (kind === EOL) return "('EOL', None)";
    if (kind === NOP) return "('NOP', None)";
    const name = NAMES[kind] === undefined ? String(kind) : `'${NAMES[kind]}'`;
    const known = value(data, option);
    // Kamene takes a Mood of one byte for the length of an empty text.
    const end = kind === 25 && to - from === 1 ? from : to;
    if (known === null) return `(${name}, ${bytesRepr(data, from, end)})`;
    return `(${name}, ${Array.isArray(known) ? `(${known.join(', ')})` : known})`;
  });
  return `[${items.join(', ')}]`;
}
