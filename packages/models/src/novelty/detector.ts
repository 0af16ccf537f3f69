import { PipelineError } from '@antinex/runtime';
import { type Standardiser, standardise } from '../data/standardiser.ts';
import { checkMatrix, type Matrix } from '../data/table.ts';
import type { Algorithm, Facts, Scorer } from './algorithm.ts';
import type { Parameters, ParameterValues } from './parameters.ts';

/** What is done with rows of more or fewer columns than a detector has. */
export const OTHER_SHAPES = ['refuse', 'pad'] as const;
export type OtherShapes = (typeof OTHER_SHAPES)[number];

export interface DetectorParts {
  readonly algorithm: Algorithm;
  readonly parameters: ParameterValues<Parameters>;
  /** Scores are netml's, with all its defects. */
  readonly compat: boolean;
  readonly columns: readonly string[];
  readonly otherShapes: OtherShapes;
  readonly standardiser: Standardiser | undefined;
  readonly scorer: Scorer;
  /** Rows that score above it are novel. */
  readonly threshold: number;
  /** What there is to tell about the fit. */
  readonly facts: Facts;
}

/** Tells rows that are unlike those it was fitted to. */
export class Detector {
  readonly parts: DetectorParts;

  constructor(parts: DetectorParts) {
    this.parts = parts;
  }

  /** netml's name of the algorithm, in capitals. */
  get algorithm(): string {
    return this.parts.algorithm.name;
  }

  get columns(): readonly string[] {
    return this.parts.columns;
  }

  get threshold(): number {
    return this.parts.threshold;
  }

  /**
   * How novel each row is: the higher, the more (in compat mode what netml says, whose isolation forest is
   * upside down). Infinity for rows where the density is 0; never NaN.
   *
   * @throws PipelineError TABLE_UNUSABLE, also for other columns unless the detector pads and cuts them
   */
  score(rows: Matrix): Float64Array {
    const { scorer, standardiser } = this.parts;
    const fitting = this.#fit(checkMatrix('the rows to score', rows));
    return scorer.score(standardiser ? standardise(standardiser, fitting) : fitting);
  }

  /** 1 for each score that is above the threshold, otherwise 0. */
  classify(scores: Float64Array): Uint8Array {
    return Uint8Array.from(scores, (score) => (score > this.threshold ? 1 : 0));
  }

  /** 1 for each novel row, otherwise 0. @throws PipelineError TABLE_UNUSABLE */
  predict(rows: Matrix): Uint8Array {
    return this.classify(this.score(rows));
  }

  #fit(rows: Matrix): Matrix {
    const columns = this.columns.length;
    if (rows.columns === columns) return rows;
    if (this.parts.otherShapes === 'refuse')
      throw new PipelineError('TABLE_UNUSABLE', {
        what: 'the rows to score',
        reason: `they have ${rows.columns} columns, and the model was trained on ${columns}`,
      });
    const values = new Float64Array(rows.rows * columns);
    const kept = Math.min(columns, rows.columns);
    for (let row = 0; row < rows.rows; row++) {
      const from = row * rows.columns;
      values.set(rows.values.subarray(from, from + kept), row * columns);
    }
    return { values, rows: rows.rows, columns };
  }
}
