import { readFile } from 'node:fs/promises';
import { replaceFile, type Schema } from '@antinex/dataset';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import { asPosition, asSpoolEnd, type Position, type SpoolEnd } from '../spool/spool-end.ts';

const VERSION = 1;

/** A batch that was posted, or is being posted. */
export interface BatchUnderWay {
  readonly spool: string;
  readonly from: Position;
  readonly to: Position;
  /** How many were posted, and in which schema they have a form: so they are found again as they were. */
  readonly rows: number;
  readonly schema: Schema;
  /** The model that was asked, and the column that it predicts. */
  readonly model: string;
  readonly feature: string;
  /** Each attempt has a mark in its job's desc; these may have made one. */
  readonly marks: readonly string[];
}

export interface CursorState {
  /** What comes next of each spool, and what was known of its end. */
  readonly spools: Readonly<Record<string, { readonly next: Position; readonly end: SpoolEnd }>>;
  /** The file of predictions that was written last, seen from the datasets, and its length with the last batch that is done. */
  readonly predictions: { readonly path: string; readonly bytes: number } | undefined;
  readonly batch: BatchUnderWay | undefined;
}

const NOTHING: CursorState = { spools: {}, predictions: undefined, batch: undefined };

/**
 * The file that says how far posting has come. It is replaced as a whole: before a batch is posted, and
 * when its predictions are durable. So after a crash it tells what to look for at the API, and where to
 * cut the predictions off.
 *
 * @throws PipelineError SPOOL_UNUSABLE for a file that is none of ours.
 */
export async function readCursor(path: string): Promise<CursorState> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
    throw toPipelineError(error, { path, access: 'read' });
  }
  const state = parse(text);
  if (state !== undefined) return state;
  throw new PipelineError('SPOOL_UNUSABLE', { folder: path, reason: 'it does not say what has been posted' });
}

/** @throws PipelineError DISK_FULL, OUTPUT_UNWRITABLE. */
export const writeCursor = (path: string, state: CursorState): Promise<void> =>
  replaceFile(path, `${JSON.stringify({ version: VERSION, ...state }, null, 2)}\n`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): CursorState | undefined {
  try {
    const state: unknown = JSON.parse(text);
    if (!isRecord(state) || state.version !== VERSION || !isRecord(state.spools)) return undefined;
    const { batch, predictions } = state;
    const spools = Object.entries(state.spools).map(([name, one]) => {
      const [next, end] = [asPosition(Object(one).next), asSpoolEnd(Object(one).end)];
      return next && end && ([name, { next, end }] as const);
    });
    const isWhole =
      spools.every((one) => one !== undefined) &&
      (batch === undefined || isBatch(batch)) &&
      (predictions === undefined || isFile(predictions));
    if (!isWhole) return undefined;
    return { spools: Object.fromEntries(spools as never), predictions, batch } as CursorState;
  } catch {
    return undefined;
  }
}

const isFile = (value: unknown): boolean =>
  isRecord(value) && typeof value.path === 'string' && Number.isSafeInteger(value.bytes);

const isBatch = (value: unknown): boolean =>
  isRecord(value) &&
  ['spool', 'model', 'feature'].every((key) => typeof value[key] === 'string') &&
  asPosition(value.from) !== undefined &&
  asPosition(value.to) !== undefined &&
  Number.isSafeInteger(value.rows) &&
  (value.schema === 2 || value.schema === 'legacy') &&
  Array.isArray(value.marks) &&
  value.marks.every((mark) => typeof mark === 'string' && mark !== '');
