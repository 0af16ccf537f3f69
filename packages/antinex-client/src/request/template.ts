import { readFile } from 'node:fs/promises';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import { DJANGO_FEATURES } from './django-features.ts';

/** A request that rows are put into. */
export type Template = Readonly<Record<string, unknown>>;

/** Where the image of the Python client has its template, which env files name. */
const IN_ITS_IMAGE = '/opt/antinex/client/examples/predict-rows-scaler-full-django.json';

/** The network, the columns and the labels of AntiNex's Django model. */
export const DJANGO_TEMPLATE: Template = {
  model_desc: {
    layers: [
      { num_neurons: 200, init: 'uniform', activation: 'relu' },
      { num_neurons: 1, init: 'uniform', activation: 'sigmoid' },
    ],
  },
  features_to_process: DJANGO_FEATURES,
  label_rules: { labels: ['not_attack', 'not_attack', 'attack'], label_values: [-1, 0, 1] },
  version: 1,
};

/**
 * The template of a file; our own when none is named, or the one that only the Python client's image
 * has.
 *
 * @throws PipelineError CONFIG_INVALID for a file without a JSON object; a file error.
 */
export async function readTemplate(path: string | undefined): Promise<Template> {
  if (path === undefined) return DJANGO_TEMPLATE;
  try {
    return await readJsonObject(path);
  } catch (error) {
    const isMissing = error instanceof PipelineError && error.code === 'FILE_NOT_FOUND';
    if (isMissing && path === IN_ITS_IMAGE) return DJANGO_TEMPLATE;
    throw error;
  }
}

/** @throws PipelineError CONFIG_INVALID for a file without a JSON object; a file error. */
export async function readJsonObject(path: string): Promise<Template> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
  const bad = (problem: string) => new PipelineError('CONFIG_INVALID', { problems: [`${path}: ${problem}`] });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's message quotes the file, and a file given by mistake may hold anything.
    throw bad('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('must be a JSON object');
  return value as Template;
}
