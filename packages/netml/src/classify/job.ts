import { type Labels, readLabels } from '@antinex/features';
import { PipelineError } from '@antinex/runtime';
import { labelOptionsOf } from '../extract/extract-options.ts';
import type { Recipe } from '../extract/recipe.ts';
import type { LabelValues, LiveValues, VerbosityValues } from '../options/settings.ts';
import type { Model } from '../train/model-file.ts';
import { Report } from './report.ts';

/** What `netml classify` is asked for. */
export interface ClassifyJob {
  /** Where the model is. */
  readonly model: string;
  readonly values: VerbosityValues & LabelValues & LiveValues;
  /** Files of labels. */
  readonly label: readonly string[];
  readonly json: boolean;
  /** Whether normal flows get a line. */
  readonly all: boolean;
  readonly signal: AbortSignal;
}

export const newReport = ({ detector }: Model, { json, all, values }: ClassifyJob): Report =>
  new Report({
    json,
    all: all || values.verbosity > 1,
    summary: values.verbosity > 0,
    threshold: detector.threshold,
  });

/** @throws PipelineError MODEL_FILE_UNUSABLE for a model that does not know how its features are made */
export function recipeOf({ recipe }: Model, { model: path }: ClassifyJob): Recipe {
  if (recipe !== undefined) return recipe;
  throw new PipelineError('MODEL_FILE_UNUSABLE', {
    path,
    reason: 'it does not say how its features are made of packets, and can only judge a --feature file',
  });
}

/** @throws PipelineError LABELS_UNUSABLE, or as of a file that cannot be read */
export const labelsOf = async (
  { label, values }: ClassifyJob,
  { flows }: Recipe,
): Promise<Labels | undefined> =>
  label.length === 0 ? undefined : readLabels(label, labelOptionsOf(values, flows));
