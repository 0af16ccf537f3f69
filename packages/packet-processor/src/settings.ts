import { BROKER_SETTINGS } from '@antinex/broker';
import { DATASET_SETTINGS } from '@antinex/dataset';
import { type Config, DAEMON_SETTINGS, defineSettings } from '@antinex/runtime';
import { PUBLISH_SETTINGS, publishProblems } from './antinex/settings.ts';

/** A timer of Node cannot run for 25 days. */
const LONGEST_MS = 24 * 86_400_000;

/** Everything a processor can be told; names of variables are the original's where it has them. */
export const PROCESSOR_SETTINGS = defineSettings({
  ...BROKER_SETTINGS,
  wire: {
    flag: 'wire',
    env: 'FORWARD_WIRE',
    type: 'choice',
    choices: ['both', 'batch', 'kombu'],
    default: 'both',
    help: 'which messages to take: batch, of our agents; kombu, of Python programs; both at once',
  },
  ...DATASET_SETTINGS,
  datasetDir: {
    ...DATASET_SETTINGS.datasetDir,
    help: 'folder of a dataset that has no path of its own; processors of one queue should share it',
  },
  schema: {
    flag: 'schema',
    type: 'choice',
    choices: ['2', 'legacy'],
    default: '2',
    help: '2: messages as they are, legacy ones in a dataset of their own (<name>.legacy.csv); legacy: all in the legacy form',
  },
  saveAfterNum: {
    flag: 'save-after-num',
    env: 'SAVE_AFTER_NUM',
    type: 'integer',
    min: 0,
    default: 100,
    help: 'make rows durable, and ack their messages, once N rows wait (at 8192 in any case); 0: by time only',
  },
  saveAfterTime: {
    flag: 'save-after-time',
    env: 'SAVE_AFTER_TIME',
    type: 'duration',
    min: 1,
    max: LONGEST_MS,
    default: 1000,
    help: 'make rows durable after this time, however few they are',
  },
  stopAfterNum: {
    flag: 'stop-after-num',
    env: 'STOP_AFTER_NUM',
    type: 'integer',
    min: -1,
    default: -1,
    help: 'end after N rows, and leave the rest in the queue; -1 or 0: never',
  },
  stopFile: {
    flag: 'stop-file',
    env: 'STOP_FILE',
    type: 'string',
    placeholder: 'FILE',
    help: 'end as soon as this file exists',
  },
  rotateRows: { flag: 'rotate-rows', type: 'integer', min: 1, help: 'go on in a new dataset after N rows' },
  rotateSize: {
    flag: 'rotate-size',
    type: 'size',
    min: 65_536,
    help: 'go on in a new dataset after this size',
  },
  rotateTime: {
    flag: 'rotate-time',
    type: 'duration',
    min: 1000,
    max: LONGEST_MS,
    help: 'go on in a new dataset after this time',
  },
  dedupeWindow: {
    flag: 'dedupe-window',
    env: 'DEDUPE_WINDOW',
    type: 'integer',
    min: 65_536,
    max: 1_000_000_000,
    default: 1_000_000,
    help: 'packet ids that are remembered, to drop packets that come twice',
  },
  ...PUBLISH_SETTINGS,
  ...DAEMON_SETTINGS,
});

export type ProcessorConfig = Config<typeof PROCESSOR_SETTINGS>;

/** Settings that contradict each other. */
export function problemsOf({ values }: ProcessorConfig): string[] {
  const { outputCsv, archiveJson, antinexPredictions } = values;
  return [
    ...([outputCsv, archiveJson].includes('-') ? ['a dataset cannot be written to standard output'] : []),
    ...(outputCsv !== undefined && outputCsv === archiveJson
      ? ['the CSV file and the archive must be two files']
      : []),
    ...(antinexPredictions !== undefined && [outputCsv, archiveJson].includes(antinexPredictions)
      ? ['predictions need a file of their own']
      : []),
    ...publishProblems(values),
  ];
}
