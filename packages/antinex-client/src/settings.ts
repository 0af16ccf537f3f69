import { defineSettings } from '@antinex/runtime';
import { DEFAULTS } from './request/ai-request.ts';

/** A timer of Node cannot run for 25 days. */
const LONGEST_MS = 24 * 86_400_000;

/** How programs are told where the API is and who they are. */
export const CONNECTION_SETTINGS = defineSettings({
  antinexUrl: {
    flag: 'antinex-url',
    env: 'ANTINEX_URL',
    type: 'string',
    placeholder: 'URL',
    default: 'http://localhost:8010',
    help: 'the AntiNex API',
  },
  antinexUser: {
    flag: 'antinex-user',
    env: 'ANTINEX_USER',
    type: 'string',
    placeholder: 'NAME',
    help: 'its user',
  },
  // No flag: everybody on the host can read command lines.
  antinexPassword: { env: 'ANTINEX_PASSWORD', type: 'string', secret: true, help: "the user's password" },
  antinexEmail: {
    env: 'ANTINEX_EMAIL',
    type: 'string',
    help: 'taken for the original; the API does not ask',
  },
  antinexCaFile: {
    flag: 'antinex-ca-file',
    env: 'ANTINEX_CA_FILE',
    type: 'string',
    placeholder: 'FILE',
    help: 'authorities to trust for https, PEM; a folder of such files will do',
  },
  antinexCertFile: {
    flag: 'antinex-cert-file',
    env: 'ANTINEX_CERT_FILE',
    type: 'string',
    placeholder: 'FILE',
    help: 'our certificate, if the API asks for one',
  },
  antinexKeyFile: {
    flag: 'antinex-key-file',
    env: 'ANTINEX_KEY_FILE',
    type: 'string',
    placeholder: 'FILE',
    help: 'its key',
  },
  antinexInsecure: {
    flag: 'antinex-insecure',
    env: 'ANTINEX_TLS_INSECURE',
    type: 'boolean',
    default: false,
    help: 'take any certificate, as the original does when no file is named',
  },
  antinexTimeout: {
    flag: 'antinex-timeout',
    env: 'ANTINEX_TIMEOUT',
    type: 'duration',
    min: 1,
    max: LONGEST_MS,
    default: 60_000,
    help: 'how long a request may take',
  },
});

/** What is asked of the API, and how rows become a request. Names and meanings are the original's. */
export const REQUEST_SETTINGS = defineSettings({
  antinexRequestFile: {
    flag: 'antinex-request-file',
    env: 'ANTINEX_PUBLISH_REQUEST_FILE',
    type: 'string',
    placeholder: 'FILE',
    help: "JSON request that rows are put into: network, label rules; AntiNex's Django model unless given",
  },
  antinexModel: {
    flag: 'antinex-model',
    env: 'ANTINEX_USE_MODEL_NAME',
    type: 'string',
    placeholder: 'NAME',
    help: `the model; ${DEFAULTS.modelName} unless the request file says otherwise`,
  },
  antinexFeatures: { env: 'ANTINEX_FEATURES_TO_PROCESS', type: 'string', help: 'columns to send, a,b,c' },
  antinexIgnoreFeatures: { env: 'ANTINEX_IGNORE_FEATURES', type: 'string', help: 'columns to leave out' },
  antinexSortValues: { env: 'ANTINEX_SORT_VALUES', type: 'string', help: 'columns to sort rows by' },
  antinexMetrics: { env: 'ANTINEX_METRICS', type: 'string', help: 'metrics of the training' },
  antinexHistories: { env: 'ANTINEX_HISTORIES', type: 'string', help: 'histories of the training' },
  antinexPredictFeature: { env: 'ANTINEX_PREDICT_FEATURE', type: 'string', help: 'the column to predict' },
  antinexMlType: {
    env: 'ANTINEX_ML_TYPE',
    type: 'choice',
    choices: ['classification', 'regression', 'standalone-classification'],
    help: 'what the model does',
  },
  antinexSeed: { env: 'ANTINEX_SEED', type: 'integer', help: 'seed of the training' },
  antinexTestSize: { env: 'ANTINEX_TEST_SIZE', type: 'string', help: 'part of the rows to test with, 0.2' },
  antinexBatchSize: { env: 'ANTINEX_BATCH_SIZE', type: 'integer', min: 1, help: 'rows a training step' },
  antinexEpochs: { env: 'ANTINEX_EPOCHS', type: 'integer', min: 1, help: 'epochs of the training' },
  antinexNumSplits: { env: 'ANTINEX_NUM_SPLITS', type: 'integer', min: 1, help: 'folds of the validation' },
  antinexLoss: { env: 'ANTINEX_LOSS', type: 'string', help: 'loss of the training' },
  antinexOptimizer: { env: 'ANTINEX_OPTIMIZER', type: 'string', help: 'optimizer of the training' },
  antinexVersion: { env: 'ANTINEX_VERSION', type: 'integer', help: 'version of the request' },
  antinexPublishToCore: {
    env: 'ANTINEX_PUBLISH_TO_CORE',
    type: 'boolean',
    default: true,
    help: 'let AntiNex core work, not the API itself',
  },
  antinexAddPredictFeature: {
    env: 'ANTINEX_CHECK_MISSING_PREDICT',
    type: 'boolean',
    default: true,
    help: 'add the predicted column to rows that have none',
  },
  antinexConvert: {
    env: 'ANTINEX_CONVERT_DATA',
    type: 'boolean',
    default: true,
    help: 'make numbers of all values',
  },
  antinexConvertTo: {
    env: 'ANTINEX_CONVERT_DATA_TYPE',
    type: 'choice',
    choices: ['float', 'int'],
    default: 'float',
    help: 'which numbers',
  },
  antinexIncludeFailed: {
    env: 'ANTINEX_INCLUDE_FAILED_CONVERSIONS',
    type: 'boolean',
    default: false,
    help: 'send what is no number as it is',
  },
  antinexMissingValue: {
    env: 'ANTINEX_MISSING_VALUE',
    type: 'string',
    default: DEFAULTS.missingValue,
    help: 'stands for what a row does not have',
  },
  antinexImitateOriginal: {
    flag: 'antinex-imitate-original',
    type: 'boolean',
    default: false,
    help: 'make requests as the Python client does: 0 becomes the missing value, missing values are text',
  },
});

/** Everything about AntiNex that a program can be told. */
export const ANTINEX_SETTINGS = defineSettings({
  antinexPublish: {
    env: 'ANTINEX_PUBLISH_ENABLED',
    type: 'boolean',
    help: 'whether rows are sent to the API at all',
  },
  ...CONNECTION_SETTINGS,
  ...REQUEST_SETTINGS,
});
