import type { Breather } from '../../data/breather.ts';
import type { KernelRows } from './kernel-rows.ts';
import { WorkingSet } from './working-set.ts';

export interface SmoOptions {
  /** A lower bound of the share of support vectors, an upper one of that of outliers. */
  readonly nu: number;
  readonly tolerance: number;
  readonly isShrinking: boolean;
  readonly maxIterations: number;
}

export interface SmoSolution {
  /** A weight from 0 to 1 for each row. */
  readonly weights: Float64Array;
  /** What the rows' weighted likenesses add up to at the line between normal and not. */
  readonly rho: number;
  readonly iterations: number;
  readonly hasConverged: boolean;
}

/** Steps between two rounds of shrinking. */
const SHRINK_EVERY = 1000;

/**
 * Finds the weights of a one-class SVM by sequential minimal optimisation: second order working sets and
 * shrinking as of libsvm (Fan, Chen, Lin, JMLR 6, 2005), step by step in its order, so that the result is
 * also its among the many that are within the tolerance.
 */
export async function solveOneClass(
  kernel: KernelRows,
  options: SmoOptions,
  breather: Breather,
): Promise<SmoSolution> {
  const set = new WorkingSet(kernel, options.tolerance);
  await set.start(options.nu, breather);
  let iterations = 0;
  let untilShrinking = Math.min(kernel.count, SHRINK_EVERY) + 1;
  let hasConverged = false;
  while (iterations < options.maxIterations) {
    if (breather.isDue) await breather.pause();
    if (--untilShrinking === 0) {
      untilShrinking = Math.min(kernel.count, SHRINK_EVERY);
      if (options.isShrinking) set.shrink();
    }
    if (!set.select()) {
      // Nothing is left to do for the rows that are looked at: look at all.
      set.unshrink();
      if (!set.select()) {
        hasConverged = true;
        break;
      }
      untilShrinking = 1;
    }
    iterations++;
    set.step();
  }
  if (!hasConverged) set.unshrink();
  return { weights: set.weights, rho: set.rho(), iterations, hasConverged };
}
