import { accuracyOf, fieldsOf, type Job, type JobResult, type Prepare, predictionsOf } from '../records.ts';

/** A job in a few lines. */
export const describeJob = (job: Job): string =>
  lines({
    job: `${job.id}, ${job.title}`,
    status: job.status,
    type: `${job.ml_type}, predicts ${job.predict_feature}`,
    created: job.created,
    updated: job.updated,
  });

/** A result in a few lines. */
export function describeResult(result: JobResult): string {
  const accuracy = accuracyOf(result);
  return lines({
    result: `${result.id} of job ${result.job_id}`,
    status: result.status,
    accuracy: accuracy === undefined ? 'unknown' : `${Math.round(accuracy * 100) / 100} %`,
    predictions: describePredictions(result),
    ...(result.error_data ? { error: JSON.stringify(result.error_data) } : {}),
  });
}

/** A prepared dataset in a few lines. */
export const describePrepare = (prepare: Prepare): string =>
  lines({
    dataset: `${prepare.id}, ${prepare.title}`,
    status: prepare.status,
    full: prepare.full_file,
    clean: prepare.clean_file,
    files: Array.isArray(prepare.pipeline_files) ? prepare.pipeline_files.length : 'unknown',
    columns: columnsOf(prepare),
  });

/** How many rows got which label. */
function describePredictions(result: JobResult): string {
  const predictions = predictionsOf(result);
  const counts = new Map<string, number>();
  for (const { label_name } of predictions) {
    if (typeof label_name === 'string') counts.set(label_name, (counts.get(label_name) ?? 0) + 1);
  }
  const labels = [...counts].map(([label, count]) => `${count} ${label}`).join(', ');
  return labels === '' ? `${predictions.length}` : `${predictions.length}: ${labels}`;
}

function columnsOf(prepare: Prepare): number | string {
  const { features_to_process } = fieldsOf(prepare.post_proc);
  return Array.isArray(features_to_process) ? features_to_process.length : 'unknown';
}

const WIDTH = 13;

const lines = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(WIDTH)}${value ?? '-'}\n`)
    .join('');
