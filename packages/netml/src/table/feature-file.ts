import { readFile } from 'node:fs/promises';
import { AtomicFile, columnNames, labelFileOf, type TableKind, tableKindOf } from '@antinex/features';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import { type Recipe, recipeFromJson, recipeToJson } from '../extract/recipe.ts';
import type { FeatureTable } from './feature-table.ts';
import { readCsv } from './read-csv.ts';
import { readNdjson } from './read-ndjson.ts';
import { readNpy } from './read-npy.ts';
import { readParquet } from './read-parquet.ts';

const READERS: Readonly<Record<TableKind, (path: string) => Promise<FeatureTable>>> = {
  csv: readCsv,
  ndjson: readNdjson,
  npy: readNpy,
  parquet: readParquet,
};

const FORMAT = 'netml-features';
const VERSION = 1;

/** The file beside a feature file that says how its features were made. */
export const recipeFileOf = (path: string): string => `${path}.json`;

/** All files that a feature file is written to. @throws PipelineError FEATURES_INVALID for an ending that names no format */
export const featureOutputs = (path: string): string[] => [
  path,
  recipeFileOf(path),
  ...(tableKindOf(path) === 'npy' ? [labelFileOf(path)] : []),
];

/**
 * Says beside a feature file how it was made.
 *
 * @throws PipelineError OUTPUT_UNWRITABLE, DISK_FULL
 */
export async function writeRecipe(
  path: string,
  recipe: Recipe,
  about: { readonly rows: number; readonly columns: number; readonly hasLabels: boolean },
  inputs: readonly string[],
): Promise<void> {
  const file = await AtomicFile.create(recipeFileOf(path), inputs);
  const text = { format: FORMAT, version: VERSION, ...about, ...recipeToJson(recipe) };
  await file.write(Buffer.from(`${JSON.stringify(text, null, 2)}\n`));
  await file.commit();
}

/** A feature file, and how its features were made if that is known. */
export interface FeatureFile {
  readonly table: FeatureTable;
  readonly recipe: Recipe | undefined;
}

/**
 * Reads a feature file of the format that its ending names.
 *
 * @throws PipelineError FEATURES_INVALID for an ending that names none, FEATURE_FILE_UNUSABLE, or as of a
 * file that cannot be read
 */
export async function readFeatureFile(path: string): Promise<FeatureFile> {
  try {
    const table = await READERS[tableKindOf(path)](path);
    const made = await readRecipe(path, table);
    if (made === undefined) return { table, recipe: undefined };
    const { recipe, hasLabels } = made;
    // An array has no names, and the labels beside it may be those of an older one.
    const columns = columnNames(recipe.shape);
    const isArray = tableKindOf(path) === 'npy';
    return {
      table: isArray ? { ...table, columns, labels: hasLabels ? table.labels : undefined } : table,
      recipe,
    };
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
}

async function readRecipe(
  path: string,
  { matrix }: FeatureTable,
): Promise<{ readonly recipe: Recipe; readonly hasLabels: boolean } | undefined> {
  const recipePath = recipeFileOf(path);
  let text: string;
  try {
    text = await readFile(recipePath, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw toPipelineError(error, { path: recipePath, access: 'read' });
  }
  try {
    const about = Object(JSON.parse(text)) as Record<string, unknown>;
    const { format, version, rows, columns, hasLabels, ...recipe } = about;
    if (format !== FORMAT || version !== VERSION) throw new Error('it is of another kind, or version');
    if (rows !== matrix.rows || columns !== matrix.columns)
      throw new Error(
        `it is about ${rows} x ${columns} numbers, and ${path} has ${matrix.rows} x ${matrix.columns}`,
      );
    return { recipe: recipeFromJson(recipe, matrix.columns), hasLabels: hasLabels === true };
  } catch (error) {
    const reason = (error as Error).message;
    throw new PipelineError('FEATURE_FILE_UNUSABLE', { path: recipePath, reason }, { cause: error });
  }
}
