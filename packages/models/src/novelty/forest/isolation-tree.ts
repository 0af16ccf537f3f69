import type { Table } from '../../data/table.ts';
import { Xorshift } from './xorshift.ts';

/** Marks a node that is a leaf. */
export const LEAF = -1;

/** A tree as arrays; node 0 is the root, and the left branch of a node is the next node. */
export interface IsolationTree {
  /** The column that a node splits; LEAF for none. */
  readonly columns: number[];
  /** Rows up to it go left. */
  readonly thresholds: number[];
  /** The node that the others go to. */
  readonly rights: number[];
  /** How far a row in a leaf is from the root, and would be from the other rows in the leaf. */
  readonly depths: number[];
}

/** Columns that spread no more than this are constant. */
const LEAST_SPREAD = Math.fround(1e-7);

/**
 * Splits rows at random until each is alone or the depth is reached. Draws and rounds as the extra trees of
 * scikit-learn, so that a seed gives the same tree.
 *
 * @param chosen the rows; left in another order
 */
export function growTree(rows: Table, chosen: Uint32Array, maxDepth: number, seed: number): IsolationTree {
  return new Grower(rows, chosen, new Xorshift(seed)).grow(maxDepth);
}

class Grower {
  readonly #rows: Table;
  readonly #chosen: Uint32Array;
  readonly #random: Xorshift;
  readonly #columns: Uint32Array;
  readonly #constant: Uint32Array;
  readonly #tree: IsolationTree = { columns: [], thresholds: [], rights: [], depths: [] };

  constructor(rows: Table, chosen: Uint32Array, random: Xorshift) {
    this.#rows = rows;
    this.#chosen = chosen;
    this.#random = random;
    this.#columns = Uint32Array.from({ length: rows.columns }, (_, column) => column);
    this.#constant = new Uint32Array(rows.columns);
  }

  grow(maxDepth: number): IsolationTree {
    const { columns, thresholds, rights, depths } = this.#tree;
    const open = [{ from: 0, to: this.#chosen.length, depth: 0, constants: 0, parent: LEAF }];
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      const { from, to, depth, constants, parent } = part;
      const node = columns.length;
      if (parent !== LEAF) rights[parent] = node;
      const isLeaf = depth >= maxDepth || to - from < 2;
      const split = isLeaf ? undefined : this.#split(from, to, constants);
      columns.push(split?.column ?? LEAF);
      thresholds.push(split?.threshold ?? 0);
      rights.push(0);
      depths.push(split ? 0 : depth + averageDepth(to - from));
      if (!split) continue;
      const shared = { depth: depth + 1, constants: split.constants };
      open.push({ ...shared, from: split.at, to, parent: node });
      open.push({ ...shared, from, to: split.at, parent: LEAF });
    }
    return this.#tree;
  }

  /**
   * Draws a column that is not constant, and a place to split it. In #columns there are first the columns
   * known to be constant (drawn ones before others), then those found to be, then what is not known.
   */
  #split(from: number, to: number, known: number) {
    const columns = this.#columns;
    let drawn = 0;
    let found = 0;
    let result: { column: number; threshold: number; at: number; constants: number } | undefined;
    while (columns.length > known + found && result === undefined) {
      let place = this.#random.below(drawn, columns.length - found);
      if (place < known) {
        swap(columns, drawn++, place);
        continue;
      }
      place += found;
      const column = columns[place];
      const { min, max } = this.#extremes(column, from, to);
      if (max <= Math.fround(min + LEAST_SPREAD)) {
        swap(columns, place, known + found);
        found++;
        continue;
      }
      swap(columns, columns.length - 1, place);
      const between = this.#random.uniform(min, max);
      const threshold = between === max ? min : between;
      const at = this.#part(column, threshold, from, to);
      result = { column, threshold, at, constants: known + found };
    }
    // Drawing changed the order of the known ones, which the other branches count on.
    columns.set(this.#constant.subarray(0, known));
    this.#constant.set(columns.subarray(known, known + found), known);
    return result;
  }

  #extremes(column: number, from: number, to: number): { min: number; max: number } {
    const { values, columns } = this.#rows;
    let min = Infinity;
    let max = -Infinity;
    for (let i = from; i < to; i++) {
      const value = values[this.#chosen[i] * columns + column];
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { min, max };
  }

  /** Puts the rows up to the threshold first. @returns where the others begin */
  #part(column: number, threshold: number, from: number, to: number): number {
    const { values, columns } = this.#rows;
    let end = to;
    for (let i = from; i < end; ) {
      if (values[this.#chosen[i] * columns + column] <= threshold) i++;
      else swap(this.#chosen, i, --end);
    }
    return end;
  }
}

function swap(list: Uint32Array, i: number, j: number): void {
  const moved = list[i];
  list[i] = list[j];
  list[j] = moved;
}

const EULER = 0.5772156649015329;

/** How deep a row lies on average in a tree of so many others: that of a search that finds nothing. */
export function averageDepth(rows: number): number {
  if (rows < 2) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}
