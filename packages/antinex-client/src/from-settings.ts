import type { SettingValues } from '@antinex/runtime';
import type { AntinexClientOptions } from './options.ts';
import type { AiRequestOptions } from './request/ai-request.ts';
import type { ANTINEX_SETTINGS, CONNECTION_SETTINGS, REQUEST_SETTINGS } from './settings.ts';

type ConnectionValues = SettingValues<typeof CONNECTION_SETTINGS>;
type RequestValues = SettingValues<typeof REQUEST_SETTINGS>;

/** What is missing or wrong in values that are good one by one. */
export function antinexProblems(values: SettingValues<typeof ANTINEX_SETTINGS>): string[] {
  return [...connectionProblems(values), ...requestProblems(values)];
}

/** The same for the connection alone; `variables` is how those of the program begin. */
export function connectionProblems(values: ConnectionValues, variables = 'ANTINEX'): string[] {
  const { antinexUrl, antinexUser, antinexPassword, antinexCertFile, antinexKeyFile } = values;
  const url = URL.canParse(antinexUrl) ? new URL(antinexUrl) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return [
    ...(isHttp ? [] : ['the AntiNex URL must be one such as http://localhost:8010']),
    ...(url?.username || url?.password ? ['the AntiNex URL must not hold a user'] : []),
    ...(antinexUser === undefined ? [`there is no user: set ${variables}_USER`] : []),
    ...(antinexPassword === undefined ? [`there is no password: set ${variables}_PASSWORD`] : []),
    ...((antinexCertFile === undefined) === (antinexKeyFile === undefined)
      ? []
      : ['a certificate and its key belong together']),
  ];
}

function requestProblems({ antinexTestSize, antinexMissingValue }: RequestValues): string[] {
  const testSize = antinexTestSize === undefined ? 0.5 : Number(antinexTestSize);
  const isNumber = antinexMissingValue.trim() !== '' && Number.isFinite(Number(antinexMissingValue));
  return [
    ...(testSize > 0 && testSize < 1 ? [] : ['ANTINEX_TEST_SIZE must be between 0 and 1']),
    ...(isNumber ? [] : ['ANTINEX_MISSING_VALUE must be a number']),
  ];
}

/** What the settings say about the connection; call it once no problems were found. */
export function antinexClientOptions(
  values: ConnectionValues,
): Pick<AntinexClientOptions, 'url' | 'user' | 'password' | 'tls' | 'timeoutMs'> {
  return {
    url: values.antinexUrl,
    user: values.antinexUser ?? '',
    password: values.antinexPassword ?? '',
    timeoutMs: values.antinexTimeout,
    tls: {
      caFile: values.antinexCaFile,
      certFile: values.antinexCertFile,
      keyFile: values.antinexKeyFile,
      insecure: values.antinexInsecure,
    },
  };
}

/** What the settings say about requests, without the template that `antinexRequestFile` names. */
export function aiRequestOptions(values: RequestValues): AiRequestOptions {
  return {
    features: listOf(values.antinexFeatures),
    ignoreFeatures: listOf(values.antinexIgnoreFeatures),
    sortValues: listOf(values.antinexSortValues),
    metrics: listOf(values.antinexMetrics),
    histories: listOf(values.antinexHistories),
    modelName: values.antinexModel,
    predictFeature: values.antinexPredictFeature,
    mlType: values.antinexMlType,
    seed: values.antinexSeed,
    testSize: values.antinexTestSize === undefined ? undefined : Number(values.antinexTestSize),
    batchSize: values.antinexBatchSize,
    epochs: values.antinexEpochs,
    numSplits: values.antinexNumSplits,
    loss: values.antinexLoss,
    optimizer: values.antinexOptimizer,
    version: values.antinexVersion,
    publishToCore: values.antinexPublishToCore,
    addPredictFeature: values.antinexAddPredictFeature,
    convertTo: values.antinexConvert ? values.antinexConvertTo : false,
    includeFailedConversions: values.antinexIncludeFailed,
    missingValue: values.antinexMissingValue,
    imitateOriginal: values.antinexImitateOriginal,
  };
}

const listOf = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
