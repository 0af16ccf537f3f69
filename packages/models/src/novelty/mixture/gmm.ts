import { PipelineError } from '@antinex/runtime';
import { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';
import type { Tensor } from '../../files/tensor-file.ts';
import { type Algorithm, COMMON_PARAMETERS, type Scorer } from '../algorithm.ts';
import { defineParameters, type NumberList, type ParameterValues } from '../parameters.ts';
import { fitMixture, type MixtureOptions } from './fit-mixture.ts';
import { COVARIANCE_TYPES, type CovarianceType, isMatrix, rootLength, rootOfPrecision } from './gaussian.ts';
import { Mixture } from './mixture.ts';

const parameters = defineParameters({
  n_components: { type: 'integer', min: 1, max: 1000, default: 1, help: 'normal distributions to mix' },
  covariance_type: {
    type: 'choice',
    choices: COVARIANCE_TYPES,
    default: 'full',
    help: 'full: any shape each; tied: one shape for all; diag: along the columns; spherical: round',
  },
  reg_covar: { type: 'number', min: 0, max: 1e100, default: 1e-6, help: 'added to each variance' },
  tol: {
    type: 'number',
    min: 0,
    default: 1e-3,
    help: 'rounds end when the mean logarithm of the density rises by less',
  },
  max_iter: { type: 'integer', min: 1, max: 1_000_000, default: 100, help: 'most rounds' },
  n_init: { type: 'integer', min: 1, max: 10_000, default: 1, help: 'starts, the best of which counts' },
  init_params: {
    type: 'choice',
    choices: ['kmeans', 'random'],
    default: 'kmeans',
    help: 'how rows are first shared out',
  },
  weights_init: { type: 'list', default: null, nullable: true, help: 'first weight of each component' },
  means_init: {
    type: 'list',
    default: null,
    nullable: true,
    help: 'first mean of each component, a list each',
  },
  precisions_init: {
    type: 'list',
    default: null,
    nullable: true,
    help: 'first inverse of the covariances, as covariance_type has them',
  },
  warm_start: { type: 'boolean', default: false, unused: true, help: 'begin where the last fit ended' },
  verbose_interval: { type: 'integer', min: 1, default: 10, unused: true, help: 'rounds between prints' },
  ...COMMON_PARAMETERS,
});

type Values = ParameterValues<typeof parameters>;

/** Of a matrix of columns by columns, whose root takes their number to the third of steps. */
const MOST_MATRIX_COLUMNS = 2048;
/** Of all such matrices: half a gigabyte. */
const MOST_MATRIX_NUMBERS = 2 ** 26;

/** A mixture of normal distributions (Dempster, Laird, Rubin 1977), as in scikit-learn. */
export const gmm: Algorithm<typeof parameters> = {
  name: 'GMM',
  title: 'Gaussian mixture model',
  description:
    'Takes training rows for a mix of normal distributions; the score is minus the log of the density.',
  parameters,
  knowsItsRows: true,
  standardises: (_, compat) => !compat,

  async fit(rows, values, { breather }) {
    if (rows.rows < Math.max(2, values.n_components))
      throw new PipelineError('FITTING_FAILED', {
        algorithm: 'GMM',
        reason: `${values.n_components} components need more than ${rows.rows} rows`,
      });
    if (!isFeasible(values, rows.columns))
      throw new PipelineError('FITTING_FAILED', {
        algorithm: 'GMM',
        reason:
          `${values.n_components} covariances of ${rows.columns} columns are too many numbers; ` +
          'take fewer, or covariance_type: diag',
      });
    const random = new RandomState(values.random_state);
    const { mixture, rounds, hasConverged, logLikelihood } = await fitMixture(
      rows,
      optionsOf(values, rows.columns),
      random,
      breather,
    );
    const facts = { rounds, converged: hasConverged, log_likelihood: logLikelihood };
    return { scorer: new Density(mixture), facts };
  },

  restore(arrays, { columns, values }) {
    const { covariance_type: type, n_components: components } = values;
    const { values: weights } = arrays.take('weights', [components]);
    const { values: means } = arrays.take('means', [components, columns]);
    const { values: roots } = arrays.take('covariance_roots', [components, rootLength(type, columns)]);
    const each = rowsOf({ values: roots, rows: components, columns: rootLength(type, columns) });
    const isPositive = (root: Float64Array) =>
      root.every((value, at) => value > 0 || (isMatrix(type) && at % (columns + 1) !== 0));
    if (!each.every(isPositive) || !weights.every((weight) => weight > 0))
      throw new Error('its densities are none');
    return new Density(new Mixture(type, weights, { values: means, rows: components, columns }, each));
  },
};

const isFeasible = ({ covariance_type, n_components }: Values, columns: number): boolean =>
  !isMatrix(covariance_type) ||
  (columns <= MOST_MATRIX_COLUMNS && n_components * columns ** 2 <= MOST_MATRIX_NUMBERS);

class Density implements Scorer {
  readonly #mixture: Mixture;

  constructor(mixture: Mixture) {
    this.#mixture = mixture;
  }

  score(rows: Matrix): Float64Array {
    return this.#mixture.logDensities(rows).map((density) => -density);
  }

  arrays(): ReadonlyMap<string, Tensor> {
    const { weights, means, roots } = this.#mixture;
    const joined = new Float64Array(roots.length * roots[0].length);
    roots.forEach((root, k) => {
      joined.set(root, k * root.length);
    });
    return new Map<string, Tensor>([
      ['weights', { shape: [weights.length], values: weights }],
      ['means', { shape: [means.rows, means.columns], values: means.values }],
      ['covariance_roots', { shape: [roots.length, roots[0].length], values: joined }],
    ]);
  }
}

const rowsOf = ({ values, rows, columns }: Matrix) =>
  Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));

function optionsOf(values: Values, columns: number): MixtureOptions {
  const { n_components: components, covariance_type: type } = values;
  const means = numbersOf('means_init', values.means_init, [components, columns]);
  return {
    components,
    type,
    addedVariance: values.reg_covar,
    tolerance: values.tol,
    maxRounds: values.max_iter,
    starts: values.n_init,
    startFrom: values.init_params,
    initial: {
      weights: weightsOf(numbersOf('weights_init', values.weights_init, [components])),
      means: means && { values: means, rows: components, columns },
      roots: rootsOf(values, columns),
    },
  };
}

const invalid = (problem: string) =>
  new PipelineError('PARAMETERS_INVALID', {
    algorithm: 'GMM',
    problems: [problem],
    known: Object.keys(parameters),
  });

function numbersOf(
  name: string,
  list: NumberList | null,
  shape: readonly number[],
): Float64Array | undefined {
  if (list === null) return undefined;
  if (!hasShape(list, shape)) throw invalid(`${name} must be of ${shape.join(' x ')} numbers here`);
  return Float64Array.from((list as number[]).flat(shape.length) as number[]);
}

function hasShape(value: number | NumberList, [size, ...inner]: readonly number[]): boolean {
  if (size === undefined) return typeof value === 'number';
  return Array.isArray(value) && value.length === size && value.every((item) => hasShape(item, inner));
}

function weightsOf(weights: Float64Array | undefined): Float64Array | undefined {
  if (weights === undefined) return undefined;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) < 1e-6 && weights.every((weight) => weight > 0)) return weights;
  throw invalid('weights_init must be above 0 and add up to 1');
}

function rootsOf({ covariance_type: type, n_components, precisions_init }: Values, columns: number) {
  const shapes: Record<CovarianceType, readonly number[]> = {
    full: [n_components, columns, columns],
    tied: [columns, columns],
    diag: [n_components, columns],
    spherical: [n_components],
  };
  const given = numbersOf('precisions_init', precisions_init, shapes[type]);
  if (given === undefined) return undefined;
  return Array.from({ length: n_components }, (_, k) => {
    const length = rootLength(type, columns);
    const own = {
      full: () => given.slice(k * length, (k + 1) * length),
      tied: () => given,
      diag: () => given.slice(k * length, (k + 1) * length),
      spherical: () => new Float64Array(columns).fill(given[k]),
    }[type]();
    const root = rootOfPrecision(type, own, columns);
    if (root === undefined) throw invalid('precisions_init must be positive definite');
    return root;
  });
}
