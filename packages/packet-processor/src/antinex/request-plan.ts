import {
  type AiRequestOptions,
  aiRequestOptions,
  generateAiRequest,
  readTemplate,
} from '@antinex/antinex-client';
import type { Schema } from '@antinex/dataset';
import { PipelineError } from '@antinex/runtime';
import { schemaOfModel, unknownColumns } from './rows/model-schema.ts';
import type { PublishValues } from './settings.ts';

/** What all requests have in common. */
export interface RequestPlan {
  readonly request: AiRequestOptions;
  readonly features: readonly string[];
  readonly model: string;
  /** The column that is predicted. */
  readonly feature: string;
  /** That of the model's dataset. */
  readonly schema: Schema;
  /** What may not be meant so. */
  readonly notes: readonly string[];
}

/**
 * Finds out what is asked of which model.
 *
 * @throws PipelineError CONFIG_INVALID when there is nothing to ask with; file errors of the request file.
 */
export async function planRequests(values: PublishValues): Promise<RequestPlan> {
  const template = await readTemplate(values.antinexRequestFile);
  const request = { ...aiRequestOptions(values), template };
  const { body } = generateAiRequest([{}], request);
  const features = body.features_to_process as string[];
  const model = String(body.label);
  const schema = schemaOfModel(values.antinexSchema, model, features);
  const unknown = unknownColumns(schema, features);
  const told = `rows of schema ${schema} have no ${unknown.slice(0, 10).join(', ')}${unknown.length > 10 ? ' ...' : ''}`;
  if (unknown.length === features.length) {
    throw new PipelineError('CONFIG_INVALID', {
      problems: [`${told}: set ANTINEX_SCHEMA or ANTINEX_FEATURES_TO_PROCESS`],
    });
  }
  const isSorted = Array.isArray(body.sort_values) && body.sort_values.length > 0;
  const notes = [
    ...(unknown.length > 0 ? [`AntiNex: ${told}: sent as missing`] : []),
    ...(isSorted ? ['AntiNex: rows are posted in their own order, not sorted: predictions go by it'] : []),
  ];
  return { request, features, model, feature: String(body.predict_feature), schema, notes };
}
