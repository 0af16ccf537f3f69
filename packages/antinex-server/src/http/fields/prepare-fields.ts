import type { FieldTable } from './field.ts';

const OBJECT = { anyOf: [{ type: 'object' }, { type: 'string', description: 'the same as JSON text' }] };
const PATH = 1024;

/** Every field of a `/mlprepare/` body. */
export const PREPARE_FIELDS: FieldTable = {
  title: { kind: 'text', required: true, about: 'name of the dataset' },
  desc: { kind: 'text', required: true, about: 'what it is' },
  full_file: { kind: 'text', maxLength: PATH, required: true, about: 'name of the file with every column' },
  clean_file: { kind: 'text', maxLength: PATH, required: true, about: 'name of the file to train with' },
  meta_suffix: { kind: 'text', required: true, about: 'end of the names of both descriptions' },
  output_dir: {
    kind: 'text',
    maxLength: PATH,
    required: true,
    about: 'folder of the files, in the data folder',
  },
  ds_dir: { kind: 'text', maxLength: PATH, required: true, about: 'folder of the files to merge' },
  ds_glob_path: { kind: 'text', maxLength: PATH, required: true, about: 'pattern of the files to merge' },
  pipeline_files: {
    kind: 'json',
    required: true,
    about: 'the files to merge, instead of the pattern',
    schema: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'object' }, { type: 'string' }] },
  },
  meta_data: { kind: 'json', required: true, about: 'kept with the dataset', schema: OBJECT },
  post_proc: {
    kind: 'json',
    default: {},
    about: 'drop_columns, predict_feature, ignore_features and more',
    schema: OBJECT,
  },
  label_rules: { kind: 'json', default: {}, about: 'labels, label_values and their rules', schema: OBJECT },
  version: { kind: 'integer', required: true, about: 'kept and sent back' },
};
