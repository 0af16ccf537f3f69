import { PipelineError } from '@antinex/runtime';
import { Breather } from '../data/breather.ts';
import { fitStandardiser, standardise } from '../data/standardiser.ts';
import { checkMatrix, type Matrix, takeRows } from '../data/table.ts';
import { findAlgorithm } from './catalogue.ts';
import { Detector, type OtherShapes } from './detector.ts';
import { readParameters } from './parameters.ts';
import { thresholdOf } from './threshold.ts';

export interface FitOptions {
  /** By netml's names; what is not among them is refused. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** 0 for each normal row. With them it learns from normal rows only, but for compat mode. */
  readonly labels?: ArrayLike<number> | undefined;
  /** Do what netml 0.7.1 does: raw columns, all rows, its defaults and its scores. */
  readonly compat?: boolean | undefined;
  /** Names of the columns; by default their numbers. */
  readonly columns?: readonly string[] | undefined;
  /** What the detector does later with rows of another width: refuse them, or cut and fill up with 0. */
  readonly otherShapes?: OtherShapes | undefined;
  /** Ends the work; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fits an algorithm to rows, and takes a threshold from how it scores them. All work is done on the calling
 * thread; the event loop gets a turn every 50 ms or so.
 *
 * @param name OCSVM, KDE, IF, AE, GMM or PCA, in capitals or not
 * @throws PipelineError ALGORITHM_UNKNOWN, PARAMETERS_INVALID, TABLE_UNUSABLE, FITTING_FAILED
 */
export async function fitDetector(name: string, rows: Matrix, options: FitOptions = {}): Promise<Detector> {
  const { labels, compat = false, otherShapes = 'refuse', signal } = options;
  const algorithm = findAlgorithm(name);
  const values = readParameters(algorithm.name, algorithm.parameters, options.parameters ?? {}, compat);
  checkMatrix('the training rows', rows);
  const columns = options.columns ?? Array.from({ length: rows.columns }, (_, i) => String(i));
  if (columns.length !== rows.columns)
    throw unusable(`they have ${rows.columns} columns, of which ${columns.length} are named`);
  const normal = labels && !compat ? normalRows(rows, labels) : rows;
  const standardiser = algorithm.standardises(values, compat) ? fitStandardiser(normal) : undefined;
  const learned = standardiser ? standardise(standardiser, normal) : normal;
  const context = { compat, breather: new Breather(signal), signal };
  const fit = await algorithm.fit(learned, values, context);
  const threshold = fit.threshold ?? (await thresholdOf({ algorithm, values, rows: learned, fit }, context));
  return new Detector({
    algorithm,
    parameters: values,
    compat,
    columns,
    otherShapes,
    standardiser,
    scorer: fit.scorer,
    threshold,
    facts: { rows: learned.rows, ...fit.facts },
  });
}

const unusable = (reason: string) =>
  new PipelineError('TABLE_UNUSABLE', { what: 'the training rows', reason });

function normalRows(rows: Matrix, labels: ArrayLike<number>): Matrix {
  if (labels.length !== rows.rows) throw unusable(`there are ${rows.rows} rows and ${labels.length} labels`);
  const normal = Uint32Array.from({ length: rows.rows }, (_, row) => row).filter((row) => labels[row] === 0);
  if (normal.length === 0) throw unusable('none of them is labelled 0, for normal');
  return normal.length === rows.rows ? rows : takeRows(rows, normal);
}
