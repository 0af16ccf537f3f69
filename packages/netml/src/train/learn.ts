import { writeFeatures } from '@antinex/features';
import { reportFaults } from '../captures/capture-files.ts';
import { type Extraction, extract } from '../extract/extract.ts';
import { type CaptureOptions, filesOf } from '../options/captures.ts';
import type { ExtractValues, TrainValues } from '../options/settings.ts';
import { checkOutputs } from '../outputs.ts';
import { featureOutputs, readFeatureFile, recipeFileOf, writeRecipe } from '../table/feature-file.ts';
import { tableOf } from '../table/table-of.ts';
import { type Told, tell } from '../tell.ts';
import { writeModel } from './model-file.ts';
import { trainingParameters } from './parameters.ts';
import { extractionLines, extractionSummary, tableLine, trainingLines, trainingSummary } from './summary.ts';
import { train } from './train.ts';

export interface ExtractJob extends Told {
  readonly captures: CaptureOptions;
  readonly values: ExtractValues;
  readonly feature: string;
}

/** `netml learn extract`: captures become a feature file; answers the exit code. */
export async function learnExtract({ captures, values, feature, ...told }: ExtractJob): Promise<number> {
  const inputs = filesOf(captures);
  await checkOutputs(featureOutputs(feature), inputs);
  const extraction = await extract(captures, values, told.signal);
  await writeExtraction(feature, extraction, inputs);
  await tell(told, { ...extractionSummary(extraction), feature }, [
    ...extractionLines(extraction),
    ['written', feature],
  ]);
  return reportFaults(extraction.faults);
}

export interface LearnJob extends Told {
  readonly captures: CaptureOptions;
  readonly values: ExtractValues & TrainValues;
  readonly param: string | undefined;
  readonly model: string;
  /** Where features are kept, too. */
  readonly feature: string | undefined;
}

/** `netml learn`: captures become a model; answers the exit code. */
export async function learn({ captures, values, param, model, feature, ...told }: LearnJob): Promise<number> {
  const inputs = [...filesOf(captures), ...paramFile(param)];
  const parameters = await trainingParameters(param, values);
  await checkOutputs([model, ...(feature === undefined ? [] : featureOutputs(feature))], inputs);
  const extraction = await extract(captures, values, told.signal);
  if (feature !== undefined) await writeExtraction(feature, extraction, inputs);
  const trained = await train(tableOf(extraction), parameters, values, told.signal);
  await writeModel(model, trained, extraction.recipe, inputs);
  const { recipe } = extraction;
  await tell(told, { ...extractionSummary(extraction), ...trainingSummary(trained, recipe), model }, [
    ...extractionLines(extraction),
    ...trainingLines(trained),
    ['written', feature === undefined ? model : `${model}, ${feature}`],
  ]);
  return reportFaults(extraction.faults);
}

export interface TrainJob extends Told {
  readonly feature: string;
  readonly values: TrainValues;
  readonly param: string | undefined;
  readonly model: string;
}

/** `netml learn train`: a feature file becomes a model; answers the exit code. */
export async function learnTrain({ feature, values, param, model, ...told }: TrainJob): Promise<number> {
  const inputs = [...featureOutputs(feature), ...paramFile(param)];
  const parameters = await trainingParameters(param, values);
  await checkOutputs([model], inputs);
  const { table, recipe } = await readFeatureFile(feature);
  const trained = await train(table, parameters, values, told.signal);
  await writeModel(model, trained, recipe, inputs);
  const unknown = `${recipeFileOf(feature)} is missing: the model can judge feature files, and no captures`;
  await tell(told, { flows: table.matrix.rows, ...trainingSummary(trained, recipe), model }, [
    tableLine(feature, table),
    ...trainingLines(trained),
    ['note', recipe === undefined ? unknown : ''],
    ['written', model],
  ]);
  return 0;
}

/** --param may name a file. */
const paramFile = (param: string | undefined): string[] => (param === undefined ? [] : [param]);

async function writeExtraction(
  path: string,
  { parts, recipe, labels, names }: Extraction,
  inputs: readonly string[],
): Promise<void> {
  const rows = parts.reduce((sum, { flows }) => sum + flows.size, 0);
  await writeFeatures(path, parts, { ...(labels && { labels }), ...(names && { names }), inputs });
  const columns = parts[0].columns.length;
  await writeRecipe(path, recipe, { rows, columns, hasLabels: labels !== undefined }, inputs);
}
