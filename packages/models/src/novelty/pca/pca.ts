import { PipelineError } from '@antinex/runtime';
import type { Matrix } from '../../data/table.ts';
import { type Algorithm, COMMON_PARAMETERS } from '../algorithm.ts';
import { defineParameters, type ParameterValues } from '../parameters.ts';
import { type Components, principalComponents } from './components.ts';
import { Hyperplane } from './hyperplane.ts';
import { Tips } from './tips.ts';

const parameters = defineParameters({
  n_components: {
    type: 'number',
    above: 0,
    nullable: true,
    default: 0.8,
    compatDefault: null,
    help: 'components to keep; below 1 the share of the variance that they are to explain; null for all',
  },
  n_selected_components: {
    type: 'integer',
    min: 1,
    nullable: true,
    default: null,
    help: 'how many of these, from the least one on, the score is made of; null for all',
  },
  weighted: {
    type: 'boolean',
    default: true,
    help: 'measure the distance along each component by the deviation of the training rows',
  },
  standardization: { type: 'boolean', default: true, help: 'standardise the columns first' },
  copy: { type: 'boolean', default: true, unused: true, help: 'whether rows may be overwritten' },
  whiten: { type: 'boolean', default: false, unused: true, help: 'scale components; no score changes by it' },
  svd_solver: {
    type: 'choice',
    choices: ['auto', 'full', 'arpack', 'randomized'],
    default: 'auto',
    unused: true,
    help: 'how scikit-learn finds components; here always in full',
  },
  tol: { type: 'number', min: 0, default: 0, unused: true, help: 'tolerance of arpack' },
  iterated_power: {
    type: 'integer',
    min: 0,
    words: ['auto'],
    default: 'auto',
    unused: true,
    help: 'steps of randomized',
  },
  ...COMMON_PARAMETERS,
});

type Values = ParameterValues<typeof parameters>;

/** What no component explains is at least this share of a column's mean variance. */
const LEAST_NOISE = 1e-6;

/** Less has no inverse that squares can be multiplied with. */
const LEAST_VARIANCE = 1e-100;

/** Stands in for shares of the variance that only rounding keeps from being 0. */
const LEAST_SHARE = Number.EPSILON ** 2;

/**
 * Principal components. The score is the distance from the centre in which each component counts by its
 * deviation, and what lies off all of them by the mean deviation there (the model of Tipping and Bishop,
 * J. R. Stat. Soc. B 61, 1999). netml's, in compat mode, is the sum of the distances from the tips of the
 * components, each divided by the share of the variance it explains.
 */
export const pca: Algorithm<typeof parameters> = {
  name: 'PCA',
  title: 'principal component analysis',
  description: 'Finds along which directions training rows vary; the score is how far off a row lies.',
  parameters,
  knowsItsRows: true,
  standardises: ({ standardization }, compat) => compat || standardization,

  async fit(rows, values, { compat, breather }) {
    if (rows.rows < 2)
      throw new PipelineError('FITTING_FAILED', { algorithm: 'PCA', reason: 'one row does not vary' });
    const components = await principalComponents(rows, breather);
    const kept = countComponents(components, values);
    const facts = {
      components: kept,
      explained_variance: explained(components, kept),
    };
    if (compat) return { scorer: tips(components, kept), facts };
    return { scorer: hyperplane(components, kept, values), facts };
  },

  restore(arrays, { columns, compat }) {
    const { values: directions, shape } = arrays.take('directions', [undefined, columns]);
    const kept = { values: directions, rows: shape[0], columns };
    const { values: weights } = arrays.take('weights', [shape[0]]);
    if (compat) return new Tips(kept, weights);
    const { values: mean } = arrays.take('mean', [columns]);
    const [offWeight] = arrays.take('off_weight', [1]).values;
    return new Hyperplane({ mean, directions: kept, weights, offWeight });
  },
};

function countComponents({ variances, totalVariance }: Components, { n_components }: Values): number {
  if (n_components === null) return variances.length;
  if (n_components < 1) {
    let sum = 0;
    const enough = variances.findIndex((variance) => {
      sum += variance;
      return sum > n_components * totalVariance;
    });
    return enough < 0 ? 1 : enough + 1;
  }
  if (Number.isInteger(n_components) && n_components <= variances.length) return n_components;
  const reason = `n_components is ${n_components}, and there are ${variances.length} components`;
  throw new PipelineError('FITTING_FAILED', { algorithm: 'PCA', reason });
}

const explained = ({ variances, totalVariance }: Components, kept: number) =>
  totalVariance === 0
    ? 1
    : variances.subarray(0, kept).reduce((sum, value) => sum + value, 0) / totalVariance;

const firstOf = ({ values, columns }: Matrix, rows: number): Matrix => ({
  values: values.slice(0, rows * columns),
  rows,
  columns,
});

/** What the score counts by: the last ones of the components that are kept. */
function selectedFrom(kept: number, { n_selected_components: selected }: Values): number {
  if (selected === null) return 0;
  if (selected <= kept) return kept - selected;
  const reason = `n_selected_components is ${selected}, and ${kept} components are kept`;
  throw new PipelineError('FITTING_FAILED', { algorithm: 'PCA', reason });
}

function hyperplane(components: Components, kept: number, values: Values): Hyperplane {
  const { mean, directions, variances, totalVariance } = components;
  const { columns } = directions;
  const left = Math.max(0, 1 - explained(components, kept)) * totalVariance;
  const ofColumn = totalVariance > 0 ? totalVariance / columns : 1;
  const ofRest = kept < columns ? left / (columns - kept) : 0;
  const noise = Math.max(ofRest, LEAST_NOISE * ofColumn, LEAST_VARIANCE);
  const from = selectedFrom(kept, values);
  const weightOf = (variance: number) => (values.weighted ? 1 / Math.max(variance, noise) : 1);
  const weights = variances.slice(0, kept).map((variance, k) => (k < from ? 0 : weightOf(variance)));
  return new Hyperplane({ mean, directions: firstOf(directions, kept), weights, offWeight: weightOf(0) });
}

function tips({ directions, variances, totalVariance }: Components, kept: number): Tips {
  const weights = variances
    .slice(0, kept)
    .map((variance) => 1 / Math.max(totalVariance > 0 ? variance / totalVariance : 0, LEAST_SHARE));
  return new Tips(firstOf(directions, kept), weights);
}
