import { ANTINEX_SETTINGS, antinexProblems } from '@antinex/antinex-client/settings';
import { defineSettings, type SettingValues } from '@antinex/runtime';

/** A timer of Node cannot run for 25 days. */
const LONGEST_MS = 24 * 86_400_000;

/** Posting rows to AntiNex: where, how, and what to do with what comes back. */
export const PUBLISH_SETTINGS = defineSettings({
  ...ANTINEX_SETTINGS,
  antinexPublish: {
    ...ANTINEX_SETTINGS.antinexPublish,
    flag: 'antinex-publish',
    default: false,
    help: 'post rows to the AntiNex API for predictions',
  },
  antinexSchema: {
    flag: 'antinex-schema',
    env: 'ANTINEX_SCHEMA',
    type: 'choice',
    choices: ['auto', '2', 'legacy'],
    default: 'auto',
    help: "schema of the model's dataset; auto: legacy for AntiNex's own models and for legacy columns",
  },
  antinexPredictions: {
    flag: 'antinex-predictions',
    env: 'ANTINEX_PREDICTIONS_FILE',
    type: 'string',
    placeholder: 'FILE',
    help: 'predictions, CSV or .ndjson; <dataset>.predictions.csv unless given',
  },
  antinexSpoolSize: {
    flag: 'antinex-spool-size',
    env: 'ANTINEX_SPOOL_SIZE',
    type: 'size',
    min: 16_000_000,
    default: 4_000_000_000,
    help: 'disk for rows that wait for the API, and as much for rows that it refused; when full, messages wait',
  },
  antinexPostRows: {
    flag: 'antinex-post-rows',
    env: 'ANTINEX_POST_ROWS',
    type: 'integer',
    min: 1,
    max: 20_000,
    default: 500,
    help: 'most rows in a request',
  },
  antinexPostBytes: {
    flag: 'antinex-post-bytes',
    env: 'ANTINEX_POST_BYTES',
    type: 'size',
    min: 1000,
    default: 900_000,
    help: 'longest request; proxies often take 1 MB',
  },
  antinexPostTime: {
    flag: 'antinex-post-time',
    env: 'ANTINEX_POST_TIME',
    type: 'duration',
    min: 0,
    max: LONGEST_MS,
    default: 1000,
    help: 'how long a row waits for others to be posted with',
  },
  antinexWait: {
    flag: 'antinex-wait',
    env: 'ANTINEX_WAIT',
    type: 'duration',
    min: 1,
    max: LONGEST_MS,
    default: 600_000,
    help: 'how long to wait for predictions; then their rows are put aside',
  },
  antinexLaunchedWait: {
    flag: 'antinex-launched-wait',
    env: 'ANTINEX_LAUNCHED_WAIT',
    type: 'duration',
    min: 1,
    max: LONGEST_MS,
    help: 'the same for AntiNex core, which may never answer; as long as --antinex-wait unless given',
  },
  antinexEndWait: {
    flag: 'antinex-end-wait',
    env: 'ANTINEX_END_WAIT',
    type: 'duration',
    min: 0,
    max: LONGEST_MS,
    default: 5000,
    help: 'how long to go on posting when the processor ends; the rest is posted at the next start',
  },
});

export type PublishValues = SettingValues<typeof PUBLISH_SETTINGS>;

/** What is wrong with the settings; nothing if rows are not to be posted. */
export function publishProblems(values: PublishValues): string[] {
  const { antinexPredictions } = values;
  if (!values.antinexPublish) return [];
  return [
    ...antinexProblems(values),
    ...(antinexPredictions === '-' ? ['predictions cannot be written to standard output'] : []),
  ];
}
