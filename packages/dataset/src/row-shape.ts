import { ByteWords } from './byte-words.ts';
import type { Group } from './group.ts';

/**
 * What stands at a key: a value, an object, a list of two values, a value of any form that is kept as
 * JSON, or something that RowReader leaves to others.
 */
export const Kind = { VALUE: 0, OBJECT: 1, PAIR: 2, JSON: 3, OTHER: 4 } as const;

/** The keys of one object of a message, compiled for a reader of bytes. */
export interface RowShape {
  /** Each with its quotes and colon: `"ttl":`. */
  readonly keys: readonly ByteWords[];
  readonly kinds: readonly number[];
  /** First column of each key. */
  readonly columns: readonly number[];
  /** A number for each key of all objects. */
  readonly marks: readonly number[];
  readonly inside: readonly (RowShape | undefined)[];
  readonly index: ReadonlyMap<string, number>;
  /** The key that came last behind each one, from the key before the first on: messages resemble each other. */
  readonly next: Int16Array;
}

/** Compiles a group and those in it; `other` tells which values are left to others. */
export function rowShape(
  root: Group,
  other: (path: readonly string[]) => boolean,
): {
  readonly shape: RowShape;
  readonly columns: number;
  readonly marks: number;
} {
  let marks = 0;
  const compile = (group: Group, firstColumn: number): RowShape => {
    const { keys, widths, groups, json } = group;
    let column = firstColumn;
    const columns = widths.map((width) => {
      column += width;
      return column - width;
    });
    const kindOf = (slot: number): number => {
      const inside = groups[slot];
      if (other([...group.path, keys[slot]])) return Kind.OTHER;
      if (slot === group.restSlot) return Kind.OTHER;
      if (inside === undefined) return json[slot] ? Kind.JSON : Kind.VALUE;
      return inside.isPair ? Kind.PAIR : Kind.OBJECT;
    };
    return {
      keys: keys.map((key) => new ByteWords(`${JSON.stringify(key)}:`)),
      kinds: keys.map((_, slot) => kindOf(slot)),
      columns,
      marks: keys.map(() => marks++),
      inside: groups.map((inside, slot) => inside && compile(inside, columns[slot])),
      index: new Map(keys.map((key, slot) => [key, slot])),
      next: new Int16Array(keys.length + 1),
    };
  };
  const shape = compile(root, 0);
  return { shape, columns: root.widths.reduce((sum, width) => sum + width, 0), marks };
}
