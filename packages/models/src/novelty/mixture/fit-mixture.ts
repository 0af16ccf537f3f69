import { PipelineError } from '@antinex/runtime';
import type { Breather } from '../../data/breather.ts';
import type { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';
import { type CovarianceRoot, type CovarianceType, covarianceRoots, type Shares } from './gaussian.ts';
import { kMeans } from './k-means.ts';
import { Mixture } from './mixture.ts';

export interface MixtureOptions {
  readonly components: number;
  readonly type: CovarianceType;
  /** Added to each variance. */
  readonly addedVariance: number;
  /** Rounds end when the mean logarithm of the density rises by less. */
  readonly tolerance: number;
  readonly maxRounds: number;
  readonly starts: number;
  readonly startFrom: 'kmeans' | 'random';
  /** In place of what the start gives. */
  readonly initial: {
    readonly weights: Float64Array | undefined;
    readonly means: Matrix | undefined;
    readonly roots: readonly CovarianceRoot[] | undefined;
  };
}

export interface MixtureFit {
  readonly mixture: Mixture;
  readonly rounds: number;
  readonly hasConverged: boolean;
  /** The mean logarithm of the density at the rows. */
  readonly logLikelihood: number;
}

/** Rows that are looked at before others have a turn. */
const SLICE_ROWS = 1024;

/** The best mixture of some starts, by expectation and maximisation as in scikit-learn. */
export async function fitMixture(
  rows: Matrix,
  options: MixtureOptions,
  random: RandomState,
  breather: Breather,
): Promise<MixtureFit> {
  let best: MixtureFit | undefined;
  for (let start = 0; start < options.starts; start++) {
    const shares = await startShares(rows, options, random, breather);
    const { weights, means, roots } = options.initial;
    const first = await estimate(rows, shares, options, breather);
    const from = new Mixture(
      options.type,
      weights ?? first.weights,
      means ?? first.means,
      roots ?? first.roots,
    );
    const fit = await improve(from, rows, options, breather);
    if (best === undefined || fit.logLikelihood > best.logLikelihood) best = fit;
  }
  return best!;
}

async function improve(
  start: Mixture,
  rows: Matrix,
  options: MixtureOptions,
  breather: Breather,
): Promise<MixtureFit> {
  const shares = new Float64Array(rows.rows * options.components);
  let mixture = start;
  let logLikelihood = -Infinity;
  for (let rounds = 1; rounds <= options.maxRounds; rounds++) {
    const before = logLikelihood;
    logLikelihood = await meanLogDensity(mixture, rows, shares, breather);
    mixture = await estimate(rows, shares, options, breather);
    if (Math.abs(logLikelihood - before) < options.tolerance)
      return { mixture, rounds, hasConverged: true, logLikelihood };
  }
  return { mixture, rounds: options.maxRounds, hasConverged: false, logLikelihood };
}

async function meanLogDensity(mixture: Mixture, rows: Matrix, shares: Float64Array, breather: Breather) {
  const { columns } = rows;
  const components = mixture.weights.length;
  let sum = 0;
  for (let from = 0; from < rows.rows; from += SLICE_ROWS) {
    if (breather.isDue) await breather.pause();
    const to = Math.min(from + SLICE_ROWS, rows.rows);
    const slice = { values: rows.values.subarray(from * columns, to * columns), rows: to - from, columns };
    for (const log of mixture.logDensities(slice, shares.subarray(from * components, to * components)))
      sum += log;
  }
  return sum / rows.rows;
}

/** The mixture that rows make when they belong to its components by these shares. */
async function estimate(
  rows: Matrix,
  values: Float64Array,
  options: MixtureOptions,
  breather: Breather,
): Promise<Mixture> {
  const { components, type, addedVariance } = options;
  const { columns } = rows;
  // Something, so that a component without rows is no division by 0.
  const sums = new Float64Array(components).fill(10 * Number.EPSILON);
  const means = { values: new Float64Array(components * columns), rows: components, columns };
  for (let row = 0; row < rows.rows; row++)
    for (let k = 0; k < components; k++) {
      const share = values[row * components + k];
      if (share === 0) continue;
      sums[k] += share;
      for (let column = 0; column < columns; column++)
        means.values[k * columns + column] += share * rows.values[row * columns + column];
    }
  for (let at = 0; at < means.values.length; at++) means.values[at] /= sums[Math.floor(at / columns)];
  const shares: Shares = { rows, values, components, sums };
  const roots = await covarianceRoots(type, shares, means, addedVariance, breather);
  if (roots === undefined)
    throw new PipelineError('FITTING_FAILED', {
      algorithm: 'GMM',
      reason: 'rows do not spread in every direction; raise reg_covar, or take fewer components',
    });
  const total = sums.reduce((sum, value) => sum + value, 0);
  return new Mixture(
    type,
    sums.map((sum) => sum / total),
    means,
    roots,
  );
}

async function startShares(
  rows: Matrix,
  { components, startFrom }: MixtureOptions,
  random: RandomState,
  breather: Breather,
): Promise<Float64Array> {
  const shares = new Float64Array(rows.rows * components);
  if (startFrom === 'kmeans') {
    const labels = await kMeans(rows, components, random, breather);
    labels.forEach((label, row) => {
      shares[row * components + label] = 1;
    });
    return shares;
  }
  for (let at = 0; at < shares.length; at++) shares[at] = random.double();
  for (let row = 0; row < rows.rows; row++) {
    const own = shares.subarray(row * components, (row + 1) * components);
    const sum = own.reduce((total, share) => total + share, 0);
    for (let k = 0; k < components; k++) own[k] /= sum;
  }
  return shares;
}
