import type { Breather } from '../data/breather.ts';
import type { Matrix } from '../data/table.ts';
import type { Tensor } from '../files/tensor-file.ts';
import { defineParameters, type Parameters, type ParameterValues } from './parameters.ts';

/** A way to tell what is new from what it was trained on. */
export interface Algorithm<S extends Parameters = Parameters> {
  /** netml's name for it, in capitals. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: S;
  /** Set if rows it was fitted to score lower than others of their kind, where there are few. */
  readonly knowsItsRows?: true;
  /** Whether columns are standardised before it sees them. */
  standardises(values: ParameterValues<S>, compat: boolean): boolean;
  /** @throws PipelineError for rows it cannot be fitted to */
  fit(rows: Matrix, values: ParameterValues<S>, context: FitContext): Promise<Fit>;
  /** Makes again what was saved. @throws Error saying what is wrong with it */
  restore(arrays: SavedArrays, saved: SavedContext<S>): Scorer;
}

export interface FitContext {
  readonly compat: boolean;
  readonly breather: Breather;
  readonly signal: AbortSignal | undefined;
}

export interface SavedContext<S extends Parameters = Parameters> {
  readonly columns: number;
  readonly compat: boolean;
  readonly values: ParameterValues<S>;
}

/** A fitted algorithm. */
export interface Scorer {
  /** How unlike the training rows each row is; in compat mode what netml says, its isolation forest upside down. */
  score(rows: Matrix): Float64Array;
  /** Rows that one row is compared with. */
  readonly comparisons?: number;
  /** All that `restore` needs. */
  arrays(): ReadonlyMap<string, Tensor>;
}

export interface Fit {
  readonly scorer: Scorer;
  /** What there is to tell about it. */
  readonly facts?: Facts;
  /** Where the algorithm itself draws the line. */
  readonly threshold?: number;
  /** Scores training rows as if they were new, where `score` would know them again. */
  readonly scoreTrained?: (rows: Uint32Array) => Float64Array;
}

export type Facts = Readonly<Record<string, number | boolean>>;

/** The arrays of a file. */
export interface SavedArrays {
  /**
   * The array of a name, of finite numbers.
   *
   * @param shape its sizes; undefined for any size from 1 on
   * @throws Error
   */
  take(name: string, shape: readonly (number | undefined)[]): SavedArray<Float64Array>;
  takeFloats(name: string, shape: readonly (number | undefined)[]): SavedArray<Float32Array>;
}

export interface SavedArray<T> {
  readonly shape: readonly number[];
  readonly values: T;
}

/** Parameters that every algorithm has. */
export const COMMON_PARAMETERS = defineParameters({
  contamination: {
    type: 'number',
    min: 0,
    max: 0.5,
    default: 0.1,
    help: 'share of the training rows that lies above the threshold',
  },
  random_state: {
    type: 'integer',
    min: 0,
    max: 0xffffffff,
    default: 42,
    help: 'seed of whatever is drawn at random',
  },
  verbose: { type: 'integer', default: 0, unused: true, help: 'how much netml prints' },
});
