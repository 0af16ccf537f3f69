import { type Matrix, takeRows } from '../../data/table.ts';
import type { Tensor } from '../../files/tensor-file.ts';
import { type Algorithm, COMMON_PARAMETERS, type Scorer } from '../algorithm.ts';
import { defineParameters, type ParameterValues } from '../parameters.ts';
import { typicalDistance } from '../typical-distance.ts';
import { KernelRows } from './kernel-rows.ts';
import { solveOneClass } from './smo.ts';
import { type KernelSettings, SVM_KERNELS, type SvmKernel, svmKernel } from './svm-kernel.ts';

const MB = 1 << 20;
/** What "no limit" means: far more than is ever needed, but an end. */
const MOST_ITERATIONS = 10_000_000;

/** More would leave no number for what lies apart. */
const MOST_GAMMA = 1e100;

const parameters = defineParameters({
  kernel: {
    type: 'choice',
    choices: SVM_KERNELS,
    default: 'rbf',
    help: 'how the likeness of two rows is measured',
  },
  nu: {
    type: 'number',
    above: 0,
    max: 1,
    default: 0.5,
    help: 'at most this share of the training rows is outside, at least this share are support vectors',
  },
  gamma: {
    type: 'number',
    above: 0,
    max: MOST_GAMMA,
    words: ['scale', 'auto', 'quantile'],
    default: 'scale',
    help:
      'coefficient of rbf, poly and sigmoid; scale is 1 / (columns x variance of all values), auto is ' +
      '1 / columns, quantile is 1 / d^2, where d is a quantile of the distances between training rows',
  },
  quantile: { type: 'number', above: 0, max: 1, default: 0.3, help: 'the quantile of gamma: quantile' },
  degree: { type: 'integer', min: 0, max: 100, default: 3, help: 'degree of poly' },
  coef0: { type: 'number', default: 0, help: 'constant term of poly and sigmoid' },
  tol: { type: 'number', above: 0, default: 1e-3, help: 'how near to the best solution is good enough' },
  shrinking: { type: 'boolean', default: true, help: 'leave rows out while they are unlikely to change' },
  cache_size: {
    type: 'number',
    above: 0,
    max: 65_536,
    default: 200,
    help: 'memory for likenesses of rows, in MB',
  },
  max_iter: {
    type: 'integer',
    min: -1,
    default: -1,
    help: 'most steps to a solution; -1 for no limit',
  },
  ...COMMON_PARAMETERS,
});

type Values = ParameterValues<typeof parameters>;

/** One-class support vector machine (Schölkopf et al., Neural Computation 13, 2001), as in scikit-learn. */
export const ocsvm: Algorithm<typeof parameters> = {
  name: 'OCSVM',
  title: 'one-class support vector machine',
  description: 'Draws a border around the training rows; the score is how far outside of it a row lies.',
  parameters,
  standardises: (_, compat) => !compat,

  async fit(rows, values, { compat, breather }) {
    const settings = { ...values, gamma: gammaOf(rows, values) };
    const kernel = new KernelRows(settings, rows, values.cache_size * MB);
    const { weights, rho, iterations, hasConverged } = await solveOneClass(
      kernel,
      {
        nu: values.nu,
        tolerance: values.tol,
        isShrinking: values.shrinking,
        maxIterations: values.max_iter < 0 ? MOST_ITERATIONS : values.max_iter,
      },
      breather,
    );
    const supports = Uint32Array.from(weights.keys()).filter((row) => weights[row] > 0);
    const ofSupports = weights.filter((weight) => weight > 0);
    return {
      scorer: new SupportVectors(settings, takeRows(rows, supports), ofSupports),
      facts: {
        support_vectors: supports.length,
        gamma: settings.gamma,
        rho,
        iterations,
        converged: hasConverged,
      },
      ...(compat && { threshold: -rho }),
    };
  },

  restore(arrays, { columns, values }) {
    const { values: vectors, shape } = arrays.take('support_vectors', [undefined, columns]);
    const { values: weights } = arrays.take('weights', [shape[0]]);
    const [gamma] = arrays.take('gamma', [1]).values;
    if (!(gamma > 0 && gamma <= MOST_GAMMA)) throw new Error('its gamma is none');
    return new SupportVectors({ ...values, gamma }, { values: vectors, rows: shape[0], columns }, weights);
  },
};

/** Minus the weighted likeness to the support vectors. */
class SupportVectors implements Scorer {
  readonly #settings: KernelSettings;
  readonly #kernel: SvmKernel;
  readonly #weights: Float64Array;

  constructor(settings: KernelSettings, vectors: Matrix, weights: Float64Array) {
    this.#settings = settings;
    this.#kernel = svmKernel(settings, vectors);
    this.#weights = weights;
  }

  get comparisons(): number {
    return this.#weights.length;
  }

  score(rows: Matrix): Float64Array {
    const scores = new Float64Array(rows.rows);
    const weights = this.#weights;
    this.#kernel.each(rows, ({ query, firstRow, count, values, at }) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += weights[firstRow + i] * values[at + i];
      scores[query] -= sum;
    });
    return scores;
  }

  arrays(): ReadonlyMap<string, Tensor> {
    const { values, rows, columns } = this.#kernel.matrix();
    return new Map<string, Tensor>([
      ['support_vectors', { shape: [rows, columns], values }],
      ['weights', { shape: [rows], values: this.#weights }],
      ['gamma', { shape: [1], values: Float64Array.of(this.#settings.gamma) }],
    ]);
  }
}

function gammaOf(rows: Matrix, { gamma, quantile, random_state }: Values): number {
  if (typeof gamma === 'number') return gamma;
  const inverse = () => {
    switch (gamma) {
      case 'scale':
        return rows.columns * variance(rows.values);
      case 'auto':
        return rows.columns;
      case 'quantile':
        return typicalDistance(rows, quantile, random_state) ** 2;
    }
  };
  return Math.min(1 / (inverse() || 1), MOST_GAMMA);
}

function variance(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return squares / values.length;
}
