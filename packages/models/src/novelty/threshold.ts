import { PipelineError } from '@antinex/runtime';
import { quantile } from '../data/quantile.ts';
import { RandomState } from '../data/random-state.ts';
import { kFolds } from '../data/splits.ts';
import { type Matrix, takeRows } from '../data/table.ts';
import type { Algorithm, Fit, FitContext } from './algorithm.ts';
import type { Parameters, ParameterValues } from './parameters.ts';

/** Rows are scored as long as they are compared with so many others in all; 1000 rows always are. */
const MOST_COMPARISONS = 2e9;
const LEAST_ROWS = 1000;
/** Comparisons that take about as long as others may have to wait for their turn. */
const SLICE_COMPARISONS = 2e6;
const SLICE_ROWS = 1024;

/** With fewer rows for a column, what an algorithm was fitted to it knows better than what is new. */
const ROWS_PER_COLUMN = 20;
const FOLDS = 5;

export interface Fitted {
  readonly algorithm: Algorithm;
  readonly values: ParameterValues<Parameters>;
  readonly rows: Matrix;
  readonly fit: Fit;
}

/**
 * The score that the share `contamination` of the training rows is above. Where an algorithm would know the
 * rows again, they are scored as if they were new, but for compat mode.
 */
export async function thresholdOf(fitted: Fitted, context: FitContext): Promise<number> {
  const { contamination } = fitted.values as { contamination: number };
  const scores = (await foldScores(fitted, context)) ?? (await ownScores(fitted, context));
  // Above it lies what has no density at all.
  return Math.min(quantile(scores.sort(), 1 - contamination), Number.MAX_VALUE);
}

/** Scores by the fit itself; of many rows, those of a random part. */
async function ownScores({ values, rows, fit }: Fitted, { breather }: FitContext): Promise<Float64Array> {
  const { scorer, scoreTrained } = fit;
  const { comparisons = 1 } = scorer;
  const affordable = Math.max(LEAST_ROWS, Math.floor(MOST_COMPARISONS / comparisons));
  const slice = Math.min(Math.ceil(SLICE_COMPARISONS / comparisons), SLICE_ROWS);
  const chosen = shuffled(rows, values).subarray(0, affordable);
  const scores = new Float64Array(chosen.length);
  for (let from = 0; from < chosen.length; from += slice) {
    if (breather.isDue) await breather.pause();
    const some = chosen.subarray(from, from + slice);
    scores.set(scoreTrained ? scoreTrained(some) : scorer.score(takeRows(rows, some)), from);
  }
  return scores;
}

/** Scores of each part of the rows by a fit to the other parts; undefined where there is no need or no way. */
async function foldScores(fitted: Fitted, context: FitContext): Promise<Float64Array | undefined> {
  const { algorithm, values, rows } = fitted;
  const isFew = rows.rows >= 2 * FOLDS && rows.rows < ROWS_PER_COLUMN * rows.columns;
  if (context.compat || !algorithm.knowsItsRows || !isFew) return undefined;
  const order = shuffled(rows, values);
  const scores = new Float64Array(rows.rows);
  let scored = 0;
  try {
    for (const { train, test } of kFolds(rows.rows, FOLDS)) {
      const pick = (places: Uint32Array) =>
        takeRows(
          rows,
          places.map((place) => order[place]),
        );
      const { scorer } = await algorithm.fit(pick(train), values, context);
      scores.set(scorer.score(pick(test)), scored);
      scored += test.length;
    }
  } catch (error) {
    // As when a part has fewer rows than there are components.
    if (error instanceof PipelineError && error.code === 'FITTING_FAILED') return undefined;
    throw error;
  }
  return scores;
}

function shuffled({ rows }: Matrix, values: ParameterValues<Parameters>): Uint32Array {
  const { random_state } = values as { random_state: number };
  return new RandomState(random_state).permutation(rows);
}
