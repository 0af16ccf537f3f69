import { AtomicFile } from '@antinex/features';
import { type Detector, encodeDetector, loadDetector } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import { type Recipe, recipeFromJson, recipeToJson } from '../extract/recipe.ts';
import type { Trained } from './train.ts';

/** A detector, and how the features it knows are made; undefined where nobody said. */
export interface Model {
  readonly detector: Detector;
  readonly recipe: Recipe | undefined;
}

/** Writes a model, whole or not at all. @throws PipelineError OUTPUT_UNWRITABLE, DISK_FULL, TABLE_UNUSABLE */
export async function writeModel(
  path: string,
  { detector, evaluation }: Trained,
  recipe: Recipe | undefined,
  inputs: readonly string[],
): Promise<void> {
  const details = {
    features: recipe === undefined ? null : recipeToJson(recipe),
    evaluation: evaluation ?? null,
  };
  const bytes = encodeDetector({ detector, details });
  const file = await AtomicFile.create(path, inputs);
  await file.write(bytes);
  await file.commit();
}

/** @throws PipelineError MODEL_FILE_UNUSABLE, or as of a file that cannot be read */
export async function readModel(path: string): Promise<Model> {
  const { detector, details } = await loadDetector(path);
  if (!Object.hasOwn(details, 'features'))
    throw new PipelineError('MODEL_FILE_UNUSABLE', { path, reason: 'it is none of netml learn' });
  if (details.features === null) return { detector, recipe: undefined };
  try {
    return { detector, recipe: recipeFromJson(details.features, detector.columns.length) };
  } catch (error) {
    const { message: reason } = error as Error;
    throw new PipelineError('MODEL_FILE_UNUSABLE', { path, reason }, { cause: error });
  }
}
