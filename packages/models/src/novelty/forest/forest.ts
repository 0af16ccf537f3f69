import { FLOAT32_MAX, type Matrix, type Table } from '../../data/table.ts';
import type { Tensor } from '../../files/tensor-file.ts';
import type { Scorer } from '../algorithm.ts';
import { averageDepth, type IsolationTree, LEAF } from './isolation-tree.ts';

/** Rounded as scikit-learn's trees have them. */
export function toFloats({ values, rows, columns }: Matrix): Table {
  const floats = Float32Array.from(values, (value) => Math.min(Math.max(value, -FLOAT32_MAX), FLOAT32_MAX));
  return { values: floats, rows, columns };
}

/** The trees of a forest, one behind the other. */
export interface Nodes {
  readonly columns: Float64Array;
  readonly thresholds: Float64Array;
  readonly rights: Float64Array;
  readonly depths: Float64Array;
  /** The root of each tree. */
  readonly starts: Float64Array;
}

export class Forest implements Scorer {
  readonly nodes: Nodes;
  readonly #samples: number;
  /** netml's, whose scores are upside down. */
  readonly #offset: number | undefined;

  constructor(nodes: Nodes, samples: number, offset?: number) {
    this.nodes = nodes;
    this.#samples = samples;
    this.#offset = offset;
  }

  static of(trees: readonly IsolationTree[], samples: number): Forest {
    const starts: number[] = [];
    let size = 0;
    for (const { columns } of trees) {
      starts.push(size);
      size += columns.length;
    }
    const join = (pick: (tree: IsolationTree, start: number) => number[]) =>
      Float64Array.from(trees.flatMap((tree, i) => pick(tree, starts[i])));
    const nodes = {
      columns: join(({ columns }) => columns),
      thresholds: join(({ thresholds }) => thresholds),
      rights: join(({ rights }, start) => rights.map((right) => right + start)),
      depths: join(({ depths }) => depths),
      starts: Float64Array.from(starts),
    };
    return new Forest(nodes, samples);
  }

  score(rows: Matrix): Float64Array {
    const { values } = toFloats(rows);
    const { starts } = this.nodes;
    const depths = new Float64Array(rows.rows);
    // Tree by tree, so that the nodes of one are at hand.
    for (const start of starts) this.#descend(start, values, rows.columns, depths);
    const usual = starts.length * averageDepth(this.#samples);
    return depths.map((depth) => {
      const score = usual === 0 ? 0.5 : 2 ** (-depth / usual);
      return this.#offset === undefined ? score : -score - this.#offset;
    });
  }

  /** Adds how deep each row lies in the tree. */
  #descend(start: number, values: Float32Array, width: number, sums: Float64Array): void {
    const { columns, thresholds, rights, depths } = this.nodes;
    for (let row = 0; row < sums.length; row++) {
      const at = row * width;
      let node = start;
      for (let column = columns[node]; column !== LEAF; column = columns[node])
        node = values[at + column] <= thresholds[node] ? node + 1 : rights[node];
      sums[row] += depths[node];
    }
  }

  arrays(): ReadonlyMap<string, Tensor> {
    const { columns, thresholds, rights, depths, starts } = this.nodes;
    const list = (values: Float64Array): Tensor => ({ shape: [values.length], values });
    return new Map([
      ['columns', list(columns)],
      ['thresholds', list(thresholds)],
      ['rights', list(rights)],
      ['depths', list(depths)],
      ['tree_starts', list(starts)],
      ['samples_and_offset', list(Float64Array.of(this.#samples, this.#offset ?? 0))],
    ]);
  }
}

/** Every way from a root must lead to a leaf: nodes only lead on. */
export function checkNodes({ columns, rights, starts }: Nodes, width: number): void {
  starts.forEach((start, i) => {
    const end = starts[i + 1] ?? columns.length;
    if (i === 0 ? start !== 0 : !(Number.isInteger(start) && start > starts[i - 1] && start < columns.length))
      throw new Error('its trees are none');
    for (let node = start; node < end; node++) {
      if (columns[node] === LEAF) continue;
      const isColumn = Number.isInteger(columns[node]) && columns[node] >= 0 && columns[node] < width;
      const leadsOn = Number.isInteger(rights[node]) && rights[node] > node && rights[node] < end;
      if (!isColumn || !leadsOn || node + 1 >= end) throw new Error('its trees are none');
    }
  });
}
