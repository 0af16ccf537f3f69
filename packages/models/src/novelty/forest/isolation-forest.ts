import type { Breather } from '../../data/breather.ts';
import { quantile } from '../../data/quantile.ts';
import { RandomState } from '../../data/random-state.ts';
import type { Table } from '../../data/table.ts';
import { type Algorithm, COMMON_PARAMETERS } from '../algorithm.ts';
import { defineParameters, type ParameterValues } from '../parameters.ts';
import { drawWith, drawWithout } from './draw-rows.ts';
import { checkNodes, Forest, toFloats } from './forest.ts';
import { growTree, type IsolationTree, LEAF } from './isolation-tree.ts';

const AUTO_SAMPLES = 256;
/** The bound of what numpy's generator draws as a seed. */
const SEEDS = 0x7fffffff;

const parameters = defineParameters({
  n_estimators: { type: 'integer', min: 1, max: 10_000, default: 100, help: 'trees' },
  max_samples: {
    type: 'number',
    above: 0,
    words: ['auto'],
    default: 'auto',
    help: `rows for each tree; up to 1 a share of them, above 1 a number; auto is ${AUTO_SAMPLES}`,
  },
  max_features: {
    type: 'number',
    above: 0,
    default: 1,
    help: 'columns for each tree; up to 1 a share of them, above 1 a number',
  },
  bootstrap: { type: 'boolean', default: false, help: 'draw rows for a tree with replacement' },
  n_jobs: { type: 'integer', nullable: true, default: 1, unused: true, help: 'processes' },
  ...COMMON_PARAMETERS,
});

type Values = ParameterValues<typeof parameters>;

/** Isolation forest (Liu, Ting, Zhou, ICDM 2008); a seed gives the trees that it gives in scikit-learn. */
export const isolationForest: Algorithm<typeof parameters> = {
  name: 'IF',
  title: 'isolation forest',
  description:
    'Splits rows at random; the score is how soon a row is alone: 0.5 for an ordinary one, up to 1.',
  parameters,
  standardises: (_, compat) => !compat,

  async fit(rows, values, { compat, breather }) {
    const table = toFloats(rows);
    const samples = countOf(values.max_samples === 'auto' ? AUTO_SAMPLES : values.max_samples, rows.rows);
    const trees = await growTrees(table, values, samples, breather);
    const forest = Forest.of(trees, samples);
    const facts = { trees: trees.length, rows_per_tree: samples };
    if (!compat) return { scorer: forest, facts };
    const ordinary = forest.score(rows).map((score) => -score);
    const offset = quantile(ordinary.sort(), values.contamination);
    return { scorer: new Forest(forest.nodes, samples, offset), facts };
  },

  restore(arrays, { columns, compat }) {
    const { values: of, shape } = arrays.take('columns', [undefined]);
    const take = (name: string) => arrays.take(name, [shape[0]]).values;
    const { values: starts } = arrays.take('tree_starts', [undefined]);
    const nodes = {
      columns: of,
      thresholds: take('thresholds'),
      rights: take('rights'),
      depths: take('depths'),
      starts,
    };
    checkNodes(nodes, columns);
    const [samples, offset] = arrays.take('samples_and_offset', [2]).values;
    return new Forest(nodes, samples, compat ? offset : undefined);
  },
};

/** Up to 1 it is a share, above it a number. */
const countOf = (setting: number, of: number) =>
  Math.max(1, Math.min(of, Math.floor(setting <= 1 ? setting * of : setting)));

async function growTrees(
  table: Table,
  values: Values,
  samples: number,
  breather: Breather,
): Promise<IsolationTree[]> {
  const { n_estimators, max_features, bootstrap, random_state } = values;
  const random = new RandomState(random_state);
  const seeds = Uint32Array.from({ length: n_estimators }, () => random.interval(SEEDS - 1));
  const features = countOf(max_features, table.columns);
  const maxDepth = Math.ceil(Math.log2(Math.max(samples, 2)));
  const trees: IsolationTree[] = [];
  for (const seed of seeds) {
    if (breather.isDue) await breather.pause();
    const draws = new RandomState(seed);
    const columns = drawWithout(draws, table.columns, features);
    const chosen = (bootstrap ? drawWith : drawWithout)(draws, table.rows, samples);
    const rows = Uint32Array.from(new Set(chosen)).sort();
    const tree = growTree(takeColumns(table, columns), rows, maxDepth, treeSeed(seed));
    trees.push({
      ...tree,
      columns: tree.columns.map((column) => (column === LEAF ? LEAF : columns[column])),
    });
  }
  return trees;
}

/** A tree draws with a generator that is seeded through two of numpy's. */
const treeSeed = (seed: number) =>
  new RandomState(new RandomState(seed).interval(SEEDS - 1)).interval(SEEDS - 1);

function takeColumns(table: Table, columns: Uint32Array): Table {
  if (columns.length === table.columns) return table;
  const values = new Float32Array(table.rows * columns.length);
  for (let row = 0, at = 0; row < table.rows; row++)
    for (const column of columns) values[at++] = table.values[row * table.columns + column];
  return { values, rows: table.rows, columns: columns.length };
}
