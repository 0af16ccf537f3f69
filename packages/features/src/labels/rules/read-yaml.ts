import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import type { CST, Document } from 'yaml';
import { type ValuePath, YamlValue } from './yaml-value.ts';

/** The library takes seconds for a megabyte that is made to keep it busy. */
const MAX_BYTES = 256 * 1024;
/** It composes nested values by recursion, and the process dies where the stack ends. */
const MAX_DEPTH = 12;
/** Aliases of aliases grow by powers: so many values may be repeated. */
const MAX_ALIASES = 1000;
/** More than such a file holds itself: only aliases get there. */
const MAX_VALUES = 200_000;

/**
 * Reads a small YAML 1.2 file that anyone may have written: one document, without tags of its own, every
 * name once in its map. Aliases are allowed.
 *
 * @throws PipelineError LABELS_UNUSABLE, or as of a file that cannot be read
 */
export async function readYaml(path: string): Promise<YamlValue> {
  const text = await readText(path);
  // Loaded where it is needed: most programs have no rules.
  const { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser, visit } = await import('yaml');
  const lines = new LineCounter();
  const refuse = (reason: string, offset: number) =>
    unusable(path, `line ${lines.linePos(offset).line}: ${reason}`);

  const tokens: CST.Token[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    if (token.type === 'error') throw refuse(token.message, token.offset);
    if (!isWithin(token, MAX_DEPTH)) throw refuse('this is nested too deeply for rules', token.offset);
    tokens.push(token);
  }
  // Names are compared here: the library compares each one with all others.
  const composer = new Composer({ schema: 'core', stringKeys: true, uniqueKeys: false, logLevel: 'error' });
  const [document, another] = composer.compose(tokens, true, text.length);
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw refuse(fault.message, fault.pos[0]);
  if (another !== undefined) throw refuse('another document begins: keep one', another.range[0]);
  visit(document, {
    Map(_, { items }) {
      const names = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (names.has(key.value)) throw refuse('this name is in its map twice', key.range?.[0] ?? 0);
        names.add(key.value);
      }
    },
  });

  const lineOf = (at: ValuePath): number | undefined => {
    let node: unknown = document.contents;
    let found: unknown = node;
    for (const step of at) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
        found = pair?.key;
        node = pair?.value;
      } else if (isSeq(node)) found = node = node.items[step as number];
    }
    const { range } = Object(found) as { range?: readonly number[] };
    return range ? lines.linePos(range[0]).line : undefined;
  };
  return new YamlValue(toValue(document, path), { path, lineOf, valuesLeft: MAX_VALUES });
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    // What does not end, such as /dev/zero, has no size.
    bytes = await buffer(createReadStream(path, { end: MAX_BYTES }));
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
  if (bytes.length > MAX_BYTES) {
    throw unusable(path, `it is larger than ${MAX_BYTES} bytes: join rules, with lists, or use a CSV file`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unusable(path, 'it is no UTF-8 text');
  }
}

/** Whether a value holds no more than so many levels of others. */
function isWithin(token: CST.Token, levels: number): boolean {
  if (levels === 0) return false;
  if (token.type === 'document') return !token.value || isWithin(token.value, levels - 1);
  if (!('items' in token)) return true;
  return token.items.every(
    ({ key, value }) => (!key || isWithin(key, levels - 1)) && (!value || isWithin(value, levels - 1)),
  );
}

function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const isBomb = error.message.startsWith('Excessive');
    throw unusable(path, isBomb ? `aliases repeat more than ${MAX_ALIASES} values` : error.message);
  }
}

const unusable = (path: string, reason: string) => new PipelineError('LABELS_UNUSABLE', { path, reason });
