import type { Template } from './template.ts';

/** A row by column; columns that are not asked for may be there, too. */
export type Row = Readonly<Record<string, unknown>>;

/** The defaults of the Python client. */
export const DEFAULTS = {
  modelName: 'Full-Django-AntiNex-Simple-Scaler-DNN',
  predictFeature: 'label_value',
  mlType: 'classification',
  seed: 42,
  testSize: 0.2,
  batchSize: 32,
  epochs: 15,
  numSplits: 3,
  loss: 'binary_crossentropy',
  optimizer: 'adam',
  missingValue: '-1.0',
} as const;

export interface AiRequestOptions {
  /** What the request starts from: its network, label rules and all that is not given here. */
  readonly template?: Template | undefined;
  /** The columns to send, in this order. The template's unless given. */
  readonly features?: readonly string[] | undefined;
  readonly ignoreFeatures?: readonly string[] | undefined;
  readonly sortValues?: readonly string[] | undefined;
  readonly metrics?: readonly string[] | undefined;
  readonly histories?: readonly string[] | undefined;
  /** The model's name: AntiNex keeps trained models by it. */
  readonly modelName?: string | undefined;
  readonly predictFeature?: string | undefined;
  readonly mlType?: string | undefined;
  readonly seed?: number | undefined;
  readonly testSize?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly epochs?: number | undefined;
  readonly numSplits?: number | undefined;
  readonly loss?: string | undefined;
  readonly optimizer?: string | undefined;
  readonly version?: number | undefined;
  readonly publishToCore?: boolean | undefined;
  /** Give each row the predicted column if it has none; without it AntiNex core never answers. */
  readonly addPredictFeature?: boolean | undefined;
  /** What values are made; false leaves them as they are. */
  readonly convertTo?: 'float' | 'int' | false | undefined;
  /** Send values that cannot be made numbers as they are, instead of the missing value. */
  readonly includeFailedConversions?: boolean | undefined;
  /** Stands for what a row does not have. The text of a number, -1.0 unless given. */
  readonly missingValue?: string | undefined;
  /** Do as the Python client does, bugs included: see imitate-original.ts. */
  readonly imitateOriginal?: boolean | undefined;
}

export interface AiRequest {
  /** What is posted to `/ml/`. */
  readonly body: Record<string, unknown>;
  /** How many values of a column could not be made numbers. */
  readonly failedConversions: ReadonlyMap<string, number>;
}
