import type { JobRequest } from '../../jobs/types.ts';
import { type FieldProblems, readFields } from './field.ts';
import { ML_FIELDS, ROWS_FIELD } from './ml-fields.ts';

export interface MlRequest {
  /** Every field but the rows, defaults filled in. */
  readonly values: JobRequest;
  readonly rows: unknown;
  readonly problems: FieldProblems;
}

/** All but the rows, as JSON: it is kept with the job, and read with each list. */
const LONGEST_REQUEST = 2 ** 20;

/** The defaults that go by what is to be learned. */
const CLASSIFICATION = { loss: 'binary_crossentropy', metrics: ['accuracy'] };
const REGRESSION = { loss: 'mse', metrics: ['mse', 'mae', 'mape', 'cosine'] };

/** Reads a `/ml/` body as far as it is kept; whether it can be worked with is for the engine to say. */
export function readMlRequest(body: JobRequest): MlRequest {
  const { values, problems } = readFields(ML_FIELDS, body);
  const mlType = typeof values.ml_type === 'string' ? values.ml_type.toLowerCase() : values.ml_type;
  const defaults = mlType === 'regression' ? REGRESSION : CLASSIFICATION;
  const request = {
    ...values,
    ml_type: mlType,
    loss: values.loss ?? defaults.loss,
    metrics: values.metrics ?? defaults.metrics,
  };
  const isLong = JSON.stringify(request).length > LONGEST_REQUEST;
  const rows = Object.hasOwn(body, ROWS_FIELD) ? body[ROWS_FIELD] : null;
  return { values: request, rows, problems: isLong ? { ...problems, ...TOO_LONG } : problems };
}

const TOO_LONG: FieldProblems = {
  non_field_errors: [
    `Ensure that all fields but ${ROWS_FIELD} have no more than ${LONGEST_REQUEST} characters.`,
  ],
};
