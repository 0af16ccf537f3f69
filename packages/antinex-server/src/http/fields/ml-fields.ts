import type { FieldTable } from './field.ts';

const NAMES = { type: 'array', items: { type: 'string' } };
const JSON_OBJECT = 'a JSON object as text; kept and sent back';

/** Every field of a `/ml/` body but its rows. Defaults are those of the original. */
export const ML_FIELDS: FieldTable = {
  label: {
    kind: 'text',
    about: 'the model: an unknown one is trained, a known one predicts; upper and lower case are the same',
  },
  title: { kind: 'text', about: 'the label unless given' },
  desc: { kind: 'text', about: 'a text of your own: a mark to find the job by, for instance' },
  ds_name: { kind: 'text', about: 'the label unless given' },
  algo_name: { kind: 'text', about: 'the label unless given' },
  ml_type: {
    kind: 'text',
    default: 'classification',
    about: 'classification, regression or standalone-classification',
  },
  predict_feature: { kind: 'text', default: 'label_value', about: 'the column to predict' },
  features_to_process: { kind: 'any', about: 'the columns to learn from, in order', schema: NAMES },
  ignore_features: { kind: 'any', about: 'columns to leave out', schema: NAMES },
  sort_values: { kind: 'any', about: 'columns to sort rows by', schema: NAMES },
  dataset: { kind: 'text', maxLength: 1024, about: 'CSV file to train with, in a folder of --dataset-dir' },
  csv_file: { kind: 'text', maxLength: 1024, about: 'the same, if there is no dataset' },
  meta_file: { kind: 'text', maxLength: 1024, about: 'description of csv_file' },
  model_desc: {
    kind: 'any',
    about: 'the network: layers of layer_type dense (num_neurons, activation, init) or dropout (rate)',
    schema: { type: 'object', properties: { layers: { type: 'array', items: { type: 'object' } } } },
  },
  label_rules: {
    kind: 'any',
    about: 'names of the labels, and their values',
    schema: {
      type: 'object',
      properties: { labels: NAMES, label_values: { type: 'array', items: { type: 'number' } } },
    },
  },
  apply_scaler: { kind: 'flag', default: true, about: 'scale columns to -1..1' },
  seed: { kind: 'integer', default: 9, about: 'of weights and split' },
  test_size: { kind: 'number', default: 0.2, about: 'part of a dataset that is not trained with' },
  epochs: { kind: 'integer', default: 5, about: 'passes through the rows' },
  batch_size: { kind: 'integer', default: 32, about: 'rows of a training step' },
  num_splits: { kind: 'integer', default: 5, about: 'folds of the cross-validation' },
  loss: { kind: 'text', about: 'binary_crossentropy; of a regression mse' },
  optimizer: { kind: 'text', default: 'adam', about: 'adam' },
  metrics: { kind: 'any', about: 'metrics by the names that Keras has; kept and sent back', schema: NAMES },
  histories: {
    kind: 'any',
    default: ['val_loss', 'val_acc', 'loss', 'acc'],
    about: 'kept and sent back',
    schema: NAMES,
  },
  retrain: { kind: 'flag', default: false, about: 'train although the model is known; not of the original' },
  verbose: { kind: 'integer', default: 1, about: 'kept and sent back' },
  version: { kind: 'integer', default: 1, about: 'kept and sent back' },
  publish_to_core: { kind: 'flag', about: 'kept and sent back: there is no other program that could work' },
  training_data: { kind: 'jsonText', default: {}, about: JSON_OBJECT },
  pre_proc: { kind: 'jsonText', default: {}, about: JSON_OBJECT },
  post_proc: { kind: 'jsonText', default: {}, about: JSON_OBJECT },
  meta_data: { kind: 'jsonText', default: {}, about: JSON_OBJECT },
};

/** The rows of a `/ml/` body: kept apart, for there may be megabytes of them. */
export const ROWS_FIELD = 'predict_rows';
export const ROWS_SCHEMA = {
  type: 'array',
  items: { type: 'object', additionalProperties: { type: ['number', 'string', 'boolean', 'null'] } },
  description: 'rows to predict, and to train with if the model is not known and there is no dataset',
};
