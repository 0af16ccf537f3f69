import { TextWriter } from '@antinex/decoder';
import { isRecord } from './cell.ts';

const QUOTE = 0x22;
const NOT_AS_IT_IS = /[^ !#-[\]-~]/;
const NOT_PRINTABLE_ASCII = /[^ -~]/g;

/**
 * Writes a value as Python's json.dumps(sort_keys=True, indent=4) does: keys sorted, each member on
 * its own line, everything beyond printable ASCII escaped. `depth` is that of the line it starts on.
 */
export function putArchiveJson(out: TextWriter, value: unknown, depth: number): void {
  if (typeof value === 'string') putString(out, value);
  else if (typeof value === 'number' && Number.isFinite(value)) out.number(value);
  else if (Array.isArray(value)) putList(out, value, depth);
  else if (isRecord(value)) putObject(out, value, depth);
  else out.ascii(JSON.stringify(value) ?? 'null');
}

/** The same as text. */
export function archiveJson(value: unknown): string {
  const out = new TextWriter(1024);
  putArchiveJson(out, value, 0);
  return out.view().toString();
}

function putList(out: TextWriter, list: readonly unknown[], depth: number): void {
  if (list.length === 0) return out.ascii('[]');
  for (let i = 0; i < list.length; i++) {
    out.ascii((i === 0 ? '[' : ',') + lineBreak(depth + 1));
    putArchiveJson(out, list[i], depth + 1);
  }
  out.ascii(`${lineBreak(depth)}]`);
}

function putObject(out: TextWriter, object: Record<string, unknown>, depth: number): void {
  let isEmpty = true;
  for (const { key, first, next } of sortedMembers(object, depth)) {
    const value = object[key];
    if (value === undefined) continue;
    putBytes(out, isEmpty ? first : next);
    putArchiveJson(out, value, depth + 1);
    isEmpty = false;
  }
  out.ascii(isEmpty ? '{}' : `${lineBreak(depth)}}`);
}

/** What stands in front of a member's value: as the first of its object, and behind another. */
interface Member {
  readonly key: string;
  readonly first: Uint8Array;
  readonly next: Uint8Array;
}

/** Traffic has few kinds of objects: the work is done once for each. Beyond the bounds it is done each time. */
const KINDS = 1000;
const LONGEST_KIND = 500;
const membersByKind: Map<string, readonly Member[]>[] = [];

function sortedMembers(object: object, depth: number): readonly Member[] {
  const keys = Object.keys(object);
  const kind = keys.join();
  membersByKind[depth] ??= new Map();
  const kinds = membersByKind[depth];
  const known = kinds.get(kind);
  if (known?.length === keys.length) return known;
  const start = lineBreak(depth + 1);
  const members = keys.sort().map((key) => {
    const name = `${start}${asciiJson(key)}: `;
    return { key, first: Buffer.from(`{${name}`), next: Buffer.from(`,${name}`) };
  });
  // With commas in a key, two kinds could look the same.
  const isClear = kind.split(',').length === keys.length;
  if (isClear && kinds.size < KINDS && kind.length < LONGEST_KIND) kinds.set(kind, members);
  return members;
}

/** For a few dozen bytes a loop beats the call of a native copy. */
function putBytes(out: TextWriter, bytes: Uint8Array): void {
  const { length } = bytes;
  const buffer = out.reserve(length);
  const start = out.length;
  for (let i = 0; i < length; i++) buffer[start + i] = bytes[i];
  out.length = start + length;
}

function putString(out: TextWriter, text: string): void {
  if (NOT_AS_IT_IS.test(text)) return out.ascii(asciiJson(text));
  out.byte(QUOTE);
  out.ascii(text);
  out.byte(QUOTE);
}

const asciiJson = (text: string): string => JSON.stringify(text).replace(NOT_PRINTABLE_ASCII, escaped);
const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const lineBreak = (depth: number): string => `\n${'    '.repeat(depth)}`;
