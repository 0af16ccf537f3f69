import { PipelineError } from '@antinex/runtime';

/** What every record of the API has; the rest is as the API sends it. */
interface Stored {
  readonly id: number;
  /** initial, analyzing, started, launched, finished, completed, error, failed, cancelled. */
  readonly status: string;
  readonly [field: string]: unknown;
}

/** A training or prediction that was asked for: `/ml/`. */
export interface Job extends Stored {
  readonly title?: unknown;
  readonly desc?: unknown;
}

/** What came of a job: `/mlresults/`. */
export interface JobResult extends Stored {
  readonly job_id?: unknown;
}

/** A dataset that was prepared: `/mlprepare/`. */
export interface Prepare extends Stored {}

export interface User {
  readonly id: number;
  readonly username: string;
  readonly email: string;
}

/** A row as the model sees it: scaled features, `label_name`, and `_row_idx`, its place in the request. */
export type Prediction = Readonly<Record<string, unknown>>;

type Read<T> = (value: unknown) => T | undefined;

/** The value as a record; undefined when it is none. */
export const asStored: Read<Stored> = (value) => {
  const { id, status } = fieldsOf(value);
  return Number.isSafeInteger(id) && typeof status === 'string' ? (value as Stored) : undefined;
};

export const asUser: Read<User> = (value) => {
  const { id, username } = fieldsOf(value);
  return Number.isSafeInteger(id) && typeof username === 'string' ? (value as User) : undefined;
};

/**
 * The API sends `{}` for what is not there and for what belongs to somebody else.
 *
 * @throws PipelineError ANTINEX_BAD_ANSWER for anything else that is no record.
 */
export function oneOrNone<T>(request: string, value: unknown, read: Read<T>): T | undefined {
  if (isEmpty(value)) return undefined;
  return one(request, value, read);
}

/** @throws PipelineError ANTINEX_BAD_ANSWER for what is no record. */
export function one<T>(request: string, value: unknown, read: Read<T>): T {
  const record = read(value);
  if (record !== undefined) return record;
  const reason = 'a record with an id and a status was expected';
  throw new PipelineError('ANTINEX_BAD_ANSWER', { request, reason });
}

/** A list, newest first. The API sends `{}` for none, the bare record for one, and `{"jobs": [...]}` for more. */
export function list<T>(request: string, value: unknown, key: string, read: Read<T>): T[] {
  if (isEmpty(value)) return [];
  const records = fieldsOf(value)[key];
  return Array.isArray(records)
    ? records.map((record) => one(request, record, read))
    : [one(request, value, read)];
}

/** The result's id that a job names. */
export function resultIdOf(job: Job): number | undefined {
  const { result_id } = fieldsOf(job.predict_manifest);
  return Number.isSafeInteger(result_id) ? (result_id as number) : undefined;
}

/** The predictions of a finished job; none when it has none. */
export function predictionsOf(result: JobResult): readonly Prediction[] {
  const { predictions } = fieldsOf(result.predictions_json);
  return Array.isArray(predictions)
    ? predictions.filter((row) => typeof row === 'object' && row !== null)
    : [];
}

/** In percent; undefined while it is not known, which the API writes as -1. */
export function accuracyOf(result: JobResult): number | undefined {
  const { accuracy } = fieldsOf(result.acc_data);
  return typeof accuracy === 'number' && accuracy !== -1 ? accuracy : undefined;
}

/** The fields of an object; none for anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
