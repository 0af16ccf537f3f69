import type { Status, Stored } from '../store/requests.ts';

/**
 * The records of the API as JSON texts, with the keys of the original. Rows and predictions are texts
 * already and are put in as they are: they may be megabytes.
 */

/** How the API writes an accuracy that nobody knows. */
const UNKNOWN = -1;

const withAccuracy = (scores: unknown): object => {
  const { accuracy } = Object(scores) as { accuracy?: number | null };
  return { ...(scores as object | undefined), accuracy: accuracy ?? UNKNOWN };
};

const control = (status: Status): string => (status === 'initial' ? 'active' : status);

/** `2026-11-21 03:41:35`, of the coordinated universal time. */
const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const owner = ({ userId, username }: Stored) => ({ user_id: userId, user_name: username });

const ends = ({ created, updated }: Stored) => ({
  created: time(created),
  updated: time(updated),
  deleted: '',
});

/** @param rowsJson `null` when they are kept no longer. */
export function jobJson(job: Stored, rowsJson: string | undefined): string {
  const { id, request, outcome, status } = job;
  const label = request.label ?? '';
  const { title, ds_name, algo_name, ml_type, predict_feature } = request;
  const manifest = withMember(
    JSON.stringify({
      job_id: id,
      result_id: id,
      ml_type,
      test_size: request.test_size,
      epochs: request.epochs,
      batch_size: request.batch_size,
      num_splits: request.num_splits,
      loss: request.loss,
      metrics: request.metrics,
      optimizer: request.optimizer,
      histories: request.histories,
      seed: request.seed,
      training_data: request.training_data,
      csv_file: request.csv_file,
      meta_file: request.meta_file,
      use_model_name: label,
      dataset: request.dataset,
      apply_scaler: request.apply_scaler,
      predict_feature,
      features_to_process: request.features_to_process,
      ignore_features: request.ignore_features,
      sort_values: request.sort_values,
      model_desc: request.model_desc,
      label_rules: request.label_rules,
      post_proc_rules: null,
      model_weights_file: outcome.model_file ?? '',
      verbose: request.verbose,
      version: request.version,
      ...(request.publish_to_core !== null && { publish_to_core: request.publish_to_core }),
      // The original names its broker here, password and all.
      worker_result_node: null,
    }),
    'predict_rows',
    rowsJson ?? 'null',
  );
  const rest = JSON.stringify({
    id,
    ...owner(job),
    title: title ?? label,
    desc: request.desc,
    ds_name: ds_name ?? label,
    algo_name: algo_name ?? label,
    ml_type,
    status,
    control_state: control(status),
    predict_feature,
    training_data: request.training_data,
    pre_proc: request.pre_proc,
    post_proc: request.post_proc,
    meta_data: request.meta_data,
    tracking_id: job.trackingId,
    version: request.version,
    ...ends(job),
  });
  return withMember(rest, 'predict_manifest', manifest);
}

/** @param predictionsJson undefined while there are none, and when they are kept no longer. */
export function resultJson(job: Stored, predictionsJson: string | undefined): string {
  const { id, status, request, outcome } = job;
  const rest = JSON.stringify({
    id,
    ...owner(job),
    job_id: id,
    status,
    test_size: request.test_size,
    csv_file: request.csv_file,
    meta_file: request.meta_file,
    version: request.version,
    acc_data: withAccuracy(outcome.acc_data),
    error_data: outcome.error ?? null,
    model_json: outcome.model_json ?? null,
    model_weights: status === 'finished' ? {} : null,
    acc_image_file: null,
    ...ends(job),
  });
  const predictions = predictionsJson === undefined ? 'null' : `{"predictions":${predictionsJson}}`;
  return withMember(rest, 'predictions_json', predictions);
}

export function prepareJson(prepare: Stored): string {
  const { id, status, request, outcome } = prepare;
  return JSON.stringify({
    id,
    ...owner(prepare),
    status,
    control_state: control(status),
    title: request.title,
    desc: request.desc,
    full_file: outcome.full_file ?? request.full_file,
    clean_file: outcome.clean_file ?? request.clean_file,
    meta_suffix: request.meta_suffix,
    output_dir: request.output_dir,
    ds_dir: request.ds_dir,
    ds_glob_path: request.ds_glob_path,
    pipeline_files: outcome.pipeline_files ?? request.pipeline_files,
    post_proc: outcome.post_proc ?? request.post_proc,
    label_rules: outcome.label_rules ?? request.label_rules,
    tracking_id: prepare.trackingId,
    version: request.version,
    ...ends(prepare),
    ...(status === 'error' && { error_data: outcome.error }),
  });
}

/** The API's lists: `{}` for none, the bare record for one, `{"jobs": [...]}` for more. */
export function listJson(key: string, records: readonly string[]): string {
  if (records.length === 0) return '{}';
  return records.length === 1 ? records[0] : `{${JSON.stringify(key)}:[${records.join()}]}`;
}

/** An object's text with one more member, whose value is a text. */
const withMember = (object: string, key: string, value: string): string =>
  `${object.slice(0, -1)},${JSON.stringify(key)}:${value}}`;
