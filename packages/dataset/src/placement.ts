import { CATALOGUE } from '@antinex/decoder';
import { isRecord } from './cell.ts';
import type { Group } from './group.ts';
import { schema2Groups } from './layout.ts';
import { Budget, MAX_NAME_LENGTH, type Refusal } from './limits.ts';
import { emptyRest, putDeep, type Rest } from './rest.ts';

/** A value for which the catalogue has no column. */
export interface Extra {
  /** Where it stands in the message's `data`. */
  readonly path: readonly string[];
  /** The column it would have: `eth_x`, or `foo_a.b` for a layer nobody knows. */
  readonly column: string;
  readonly value: unknown;
}

/** Puts the values of a message into columns. What it holds is the last message's row. */
export interface Placer {
  /** The row's values by column, and the packet's id in front of them; null where the schema has none. */
  readonly root: Group;
  readonly id: string | null;
  readonly extras: readonly Extra[];
  /** Takes a message apart; a refused one leaves an empty row. */
  place(message: unknown): Refusal | undefined;
}

const PREFIXES = new Map(CATALOGUE.map(({ layer, prefix }) => [layer, prefix]));

/** What the column of a path is called: the layer's prefix, `_`, and the rest with dots. */
export function columnName(path: readonly string[]): string {
  const prefix = PREFIXES.get(path[0]) ?? path[0];
  return path.length === 1 ? prefix : `${prefix}_${path.slice(1).join('.')}`;
}

interface Leftover {
  readonly group: Group;
  readonly key: string;
  readonly value: unknown;
}

/** Places messages of schema 2, our own objects as well as parsed JSON. */
export class Schema2Placer implements Placer {
  readonly root = schema2Groups();
  readonly extras: Extra[] = [];
  id = '';
  readonly #budget = new Budget();
  readonly #leftovers: Leftover[] = [];

  place(message: unknown): Refusal | undefined {
    this.extras.length = 0;
    this.#leftovers.length = 0;
    if (!isRecord(message)) return 'not-a-message';
    const { schema, id, data } = message;
    if (schema !== 2) return schema === undefined && isRecord(data) ? 'other-schema' : 'not-a-message';
    if (typeof id !== 'string' || id === '' || id.length > MAX_NAME_LENGTH || !isRecord(data)) {
      return 'not-a-message';
    }
    this.id = id;
    this.#budget.reset();
    this.#fill(this.root, data);
    if (this.#budget.refusal !== undefined) {
      this.root.clear();
      return this.#budget.refusal;
    }
    if (this.#leftovers.length > 0) this.#sortLeftovers();
    return undefined;
  }

  #fill(group: Group, source: Record<string, unknown>): void {
    const { lastKeys, lastSlots, groups, values } = group;
    let nth = -1;
    for (const key in source) {
      nth++;
      const value = source[key];
      const at = lastKeys[nth] === key ? lastSlots[nth] : group.find(key, nth);
      if (value === undefined || value === null) continue;
      if (at < 0) {
        if (!this.#leave(group, key, value)) return;
        continue;
      }
      const inside = groups[at];
      if (inside === undefined) {
        if (typeof value !== 'object' || this.#budget.spend(value)) values[at] = value;
      } else if (inside.isPair ? this.#fillPair(inside, value) : isRecord(value)) {
        values[at] = inside;
        if (!inside.isPair) this.#fill(inside, value as Record<string, unknown>);
      } else this.#leave(group, key, value);
    }
  }

  #fillPair(group: Group, value: unknown): boolean {
    if (!Array.isArray(value) || value.length !== 2) return false;
    const [first, second] = value;
    if (typeof first === 'object' || typeof second === 'object') return false;
    group.values[0] = first;
    group.values[1] = second;
    return true;
  }

  /** Keeps a value without a column for later; false when the message is too large for that. */
  #leave(group: Group, key: string, value: unknown): boolean {
    if (!this.#budget.spend(value)) return false;
    this.#leftovers.push({ group, key, value });
    return true;
  }

  /** Inside nested packets they make up the value of the JSON column, elsewhere they are extras. */
  #sortLeftovers(): void {
    const rests = new Map<Group, Rest>();
    for (const { group, key, value } of this.#leftovers) {
      const { nested } = group;
      if (nested === undefined) this.#expand([...group.path, key], value);
      else {
        const rest = rests.get(nested) ?? emptyRest();
        rests.set(nested, rest);
        putDeep(rest, [...group.path.slice(nested.path.length), key], value);
      }
    }
    for (const [group, rest] of rests) group.values[group.restSlot] = rest;
  }

  /** Objects nobody knows get a column for each of their values. */
  #expand(path: readonly string[], value: unknown): void {
    if (isRecord(value)) {
      for (const key in value) this.#expand([...path, key], value[key]);
    } else if (value !== undefined && value !== null) {
      this.extras.push({ path, column: columnName(path), value });
    }
  }
}
