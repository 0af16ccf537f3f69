import { defineSettings } from '@antinex/runtime';

/** Where a program writes its dataset: the original's variables, and flags for them. */
export const DATASET_SETTINGS = defineSettings({
  outputCsv: {
    flag: 'output-csv',
    env: 'OUTPUT_CSV',
    type: 'string',
    placeholder: 'FILE',
    help: 'the dataset; rows are appended to one that exists; <name>-<time>.csv if no output is given',
  },
  archiveJson: {
    flag: 'archive-json',
    env: 'ARCHIVE_JSON',
    type: 'string',
    placeholder: 'FILE',
    help: 'all messages as one JSON document',
  },
  datasetName: {
    flag: 'dataset-name',
    env: 'DS_NAME',
    type: 'string',
    placeholder: 'NAME',
    default: 'netdata',
    help: 'name of the dataset',
  },
  datasetDir: {
    flag: 'dataset-dir',
    env: 'DS_DIR',
    type: 'string',
    placeholder: 'DIR',
    default: '.',
    help: 'folder of a dataset that has no path of its own',
  },
});
