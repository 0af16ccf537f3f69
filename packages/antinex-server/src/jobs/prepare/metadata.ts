import type { PrepareOutcome } from '../types.ts';
import { LABELS } from './merged-rows.ts';
import type { PrepareJob } from './prepare-job.ts';

/** What a prepared file was made of and holds: JSON, which a `/ml/` request may name as its meta_file. */
export function metadataOf(job: PrepareJob, told: PrepareOutcome, columns: readonly string[]): string {
  const { features_to_process, ignore_features, feature_to_predict } = told.postProc;
  const content = {
    created: new Date().toISOString(),
    pipeline_files: told.pipelineFiles,
    full_file: job.fullFile,
    clean_file: job.cleanFile,
    full_rows: told.fullRows,
    clean_rows: told.cleanRows,
    columns,
    post_proc_rules: told.postProc,
    label_rules: told.labelRules,
    features_to_process,
    ignore_features,
    feature_to_predict,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** `post_proc` of the request with what follows from the columns. */
export function postProcOf(job: PrepareJob, columns: readonly string[]): Readonly<Record<string, unknown>> {
  const { dropColumns, predictFeature, postProc, setIfAbove } = job;
  // The original names what is predicted among what is learned from, too.
  const hidden = setIfAbove === undefined ? [...dropColumns, predictFeature, ...LABELS] : dropColumns;
  return {
    ...postProc,
    drop_columns: dropColumns,
    predict_feature: predictFeature,
    features_to_process: columns.filter((name) => !hidden.includes(name)),
    ignore_features: [predictFeature, ...dropColumns.filter((name) => columns.includes(name))],
    feature_to_predict: predictFeature,
  };
}

/** `label_rules` of the request with what they are when it does not say. */
export const labelRulesOf = ({
  labels,
  labelRules,
  setIfAbove,
}: PrepareJob): Readonly<Record<string, unknown>> => ({
  ...labelRules,
  ...labels,
  ...(setIfAbove !== undefined && { set_if_above: setIfAbove }),
});
