import { type LabelRules, parseLabelRules } from '@antinex/models';
import { PipelineError } from '@antinex/runtime';
import { Fields } from '../request/fields.ts';
import type { JobRequest, Problem } from '../types.ts';

/** What AntiNex drops unless told otherwise: payloads and addresses. */
const DROPPED = [
  'src_file',
  'raw_id',
  'raw_load',
  'raw_hex_load',
  'raw_hex_field_load',
  'pad_load',
  'eth_dst',
  'eth_src',
  'ip_dst',
  'ip_src',
];

/** Labels of files by patterns of their names. */
export interface FileLabel {
  readonly pattern: string;
  readonly value: number;
}

/** A `/mlprepare/` request, checked. */
export interface PrepareJob {
  readonly fullFile: string;
  readonly cleanFile: string;
  readonly metaSuffix: string;
  readonly pattern: string;
  readonly base: string;
  /** Files that are named; none when the pattern is to find them. */
  readonly files: readonly string[];
  readonly dropColumns: readonly string[];
  readonly predictFeature: string;
  readonly keepMissing: boolean;
  /** Stands for what rows do not have; undefined when such rows are left out. */
  readonly fillMissing: number | undefined;
  readonly labels: LabelRules;
  readonly fileLabels: readonly FileLabel[];
  /** Compat mode: a label of 0 to 100 at random that is above it is the second one. */
  readonly setIfAbove: number | undefined;
  readonly seed: number;
  /** What the request said of these, to be told again. */
  readonly postProc: Readonly<Record<string, unknown>>;
  readonly labelRules: Readonly<Record<string, unknown>>;
}

/**
 * Reads a `/mlprepare/` body; in `problems` is what is wrong with it, and then the rest means nothing. As
 * the original does, it takes objects and their JSON texts. `post_proc.fill_missing` and
 * `label_rules.files` are ours.
 */
export function parsePrepareRequest(
  request: JobRequest,
  compat: boolean,
): { readonly job: PrepareJob; readonly problems: readonly Problem[] } {
  const fields = new Fields(request);
  const postProc = objectOf(fields, 'post_proc');
  const labelRules = objectOf(fields, 'label_rules');
  const rules = new Fields(postProc);
  const setIfAbove = labelRules.set_if_above;
  if (setIfAbove != null && !compat) {
    const reason = 'gives labels at random, which tells nothing; label files with label_rules.files';
    fields.wrong('label_rules.set_if_above', reason);
  }
  const job: PrepareJob = {
    fullFile: fields.text('full_file'),
    cleanFile: fields.text('clean_file'),
    metaSuffix: fields.text('meta_suffix', 'metadata.json'),
    pattern: fields.text('ds_glob_path', '*/*.csv'),
    base: fields.text('ds_dir', ''),
    files: namesOf(fields, 'pipeline_files'),
    dropColumns: postProc.drop_columns == null ? DROPPED : rules.names('drop_columns'),
    predictFeature: rules.text('predict_feature', compat ? 'label_name' : 'label_value'),
    keepMissing: rules.flag('keep_nans', false),
    fillMissing: numberOf(fields, 'post_proc.fill_missing', postProc.fill_missing),
    labels: labelsOf(fields, labelRules),
    fileLabels: fileLabelsOf(fields, labelRules.files),
    setIfAbove: compat ? numberOf(fields, 'label_rules.set_if_above', setIfAbove ?? 85) : undefined,
    seed: fields.count('seed', 9, 0, 0xffffffff),
    postProc,
    labelRules,
  };
  for (const { field, reason } of rules.problems) fields.wrong(`post_proc.${field}`, reason);
  return { job, problems: fields.problems };
}

function labelsOf(fields: Fields, rules: Readonly<Record<string, unknown>>): LabelRules {
  const { labels = ['not_attack', 'attack'], label_values = [0, 1] } = rules;
  try {
    const read = parseLabelRules({ labels, label_values });
    if (read.labels.length >= 2) return read;
    fields.wrong('label_rules', 'must have two labels');
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    fields.wrong('label_rules', 'must have lists of labels and label_values of one length');
  }
  return { labels: [], label_values: [] };
}

function fileLabelsOf(fields: Fields, files: unknown): readonly FileLabel[] {
  const entries = Object.entries(Object(files ?? {}) as Record<string, unknown>);
  if (!entries.every(([, value]) => Number.isFinite(value)))
    fields.wrong('label_rules.files', 'must give patterns of file names a label value each');
  return entries.map(([pattern, value]) => ({ pattern, value: Number(value) }));
}

function numberOf(fields: Fields, field: string, value: unknown): number | undefined {
  if (value == null || Number.isFinite(value)) return (value ?? undefined) as number | undefined;
  fields.wrong(field, 'must be a number');
  return undefined;
}

function namesOf(fields: Fields, field: string): readonly string[] {
  const value = parsed(fields.value(field));
  const names = new Fields({ [field]: Array.isArray(value) ? value : [] });
  return names.names(field);
}

function objectOf(fields: Fields, field: string): Readonly<Record<string, unknown>> {
  const value = parsed(fields.value(field)) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  fields.wrong(field, 'must be an object');
  return {};
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
