import { NamedCounts } from '../named-counts.ts';
import type { JoinProblem } from './post/join.ts';

/** What waits in the spools of the folder. */
export interface SpoolDepth {
  readonly rows: number;
  readonly bytes: number;
  /** Age of the oldest row; null when there is none. */
  readonly oldestSeconds: number | null;
}

/** What has been done about AntiNex since the start, as the summary and /status tell it. */
export interface PublishSummary {
  /** Who posts: of the processors that share a folder and a queue one does. */
  readonly posting: 'here' | 'elsewhere' | 'not yet';
  /** Rows that went into the spool. */
  readonly spooledRows: number;
  /** Batches with predictions, and the time from posting to these. */
  readonly batches: number;
  readonly batchSeconds: number;
  /** Attempts that failed and were, or are, made again. */
  readonly retries: number;
  readonly predictedRows: Readonly<Record<string, number>>;
  /** Rows that have no form in the model's schema; they are not posted. */
  readonly formlessRows: number;
  /** Rows put aside in the folder refused, by reason. */
  readonly refusedRows: Readonly<Record<string, number>>;
  readonly badPredictions: Readonly<Record<JoinProblem, number>>;
  /** Rows in the spool that could not be read back. */
  readonly damagedRows: number | 'unknown';
  /** Unknown to a processor that does not post. */
  readonly waiting: SpoolDepth | 'unknown';
  /** The file that was written last. */
  readonly predictions: string | null;
}

/** Counts what posting comes to. */
export class PublishCounts {
  posting: PublishSummary['posting'] = 'not yet';
  spooledRows = 0;
  batches = 0;
  batchMs = 0;
  retries = 0;
  formlessRows = 0;
  damagedRows: number | 'unknown' = 0;
  waiting: () => SpoolDepth | 'unknown' = () => 'unknown';
  predictions: string | null = null;
  readonly predictedRows = new NamedCounts();
  readonly refusedRows = new NamedCounts();
  readonly badPredictions: Record<JoinProblem, number> = { missing: 0, duplicate: 0, 'out of range': 0 };

  addProblems(problems: Readonly<Record<JoinProblem, number>>): void {
    for (const problem of Object.keys(problems) as JoinProblem[]) {
      this.badPredictions[problem] += problems[problem];
    }
  }

  summary(): PublishSummary {
    const { posting, spooledRows, batches, batchMs, retries, formlessRows, damagedRows, waiting } = this;
    return {
      ...{ posting, spooledRows, batches, batchSeconds: batchMs / 1000, retries },
      predictedRows: this.predictedRows.byName(),
      formlessRows,
      refusedRows: this.refusedRows.byName(),
      badPredictions: { ...this.badPredictions },
      damagedRows,
      waiting: posting === 'here' ? waiting() : 'unknown',
      predictions: this.predictions,
    };
  }
}
