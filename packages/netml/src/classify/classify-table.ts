import type { Detector } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import type { Recipe } from '../extract/recipe.ts';
import { type FeatureFile, readFeatureFile } from '../table/feature-file.ts';
import type { FeatureTable } from '../table/feature-table.ts';
import { type Model, readModel } from '../train/model-file.ts';
import { tableLine } from '../train/summary.ts';
import { type ClassifyJob, newReport } from './job.ts';
import type { Verdict } from './verdict.ts';

/** Rows that are printed at once. */
const BLOCK = 1024;

/** Judges the rows of a feature file; answers the exit code. */
export async function classifyTable(path: string, job: ClassifyJob): Promise<number> {
  const model = await readModel(job.model);
  const file = await readFeatureFile(path);
  const { labels } = file.table;
  const report = newReport(model, job);
  for (const verdicts of scoreTable(path, file, model)) {
    job.signal.throwIfAborted();
    const first = report.flows;
    await report.add(verdicts, (_, i) => (labels === undefined ? undefined : labels[first + i] === 1));
  }
  await report.end({}, [tableLine(path, file.table)]);
  return 0;
}

/**
 * Verdicts about the rows of a feature file, some at a time.
 *
 * @throws PipelineError FEATURE_FILE_UNUSABLE for features of another kind than the model's, TABLE_UNUSABLE
 * for other columns unless the model pads and cuts them
 */
function* scoreTable(path: string, { table, recipe }: FeatureFile, model: Model): Generator<Verdict[], void> {
  const { detector } = model;
  const reason = whyOther(model, table, recipe);
  if (reason !== undefined) throw new PipelineError('FEATURE_FILE_UNUSABLE', { path, reason });
  const { values, rows, columns } = table.matrix;
  for (let first = 0; first < rows; first += BLOCK) {
    const count = Math.min(BLOCK, rows - first);
    const block = values.subarray(first * columns, (first + count) * columns);
    const scores = detector.score({ values: block, rows: count, columns });
    const novel = detector.classify(scores);
    yield Array.from(scores, (score, row) => ({
      flow: table.flows?.[first + row] ?? {},
      score,
      anomaly: novel[row] === 1,
    }));
  }
}

/** Why a table's columns are not a model's, however many there are; undefined if they are. */
function whyOther(
  { detector, recipe: known }: Model,
  table: FeatureTable,
  recipe: Recipe | undefined,
): string | undefined {
  const { columns } = detector;
  if (known && recipe && kindOf(known) !== kindOf(recipe))
    return `its features are ${kindOf(recipe)}, and the model knows ${kindOf(known)}`;
  if (columns.length !== table.columns.length && isWhole(known))
    return `it has ${table.columns.length} columns and the model ${columns.length}, and of ${kindOf(known!)} none can be cut or padded`;
  if (areNumbers(columns) || areNumbers(table.columns)) return undefined;
  const other = table.columns.findIndex((name, i) => i < columns.length && name !== columns[i]);
  return other < 0
    ? undefined
    : `its column ${other + 1} is ${table.columns[other]}, and the model's ${columns[other]}`;
}

/** Whether values depend on how many columns there are, or stand elsewhere then. */
const isWhole = (recipe: Recipe | undefined): boolean =>
  recipe?.shape.fft === true || recipe?.shape.header === true;

const kindOf = ({ shape: { type, fft, header } }: Recipe): string =>
  [type, fft ? 'with --fft' : '', header ? 'with --header' : ''].filter(Boolean).join(' ');

const areNumbers = (names: Detector['columns']): boolean => names.every((name, i) => name === String(i));
