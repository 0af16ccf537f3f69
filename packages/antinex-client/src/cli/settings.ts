import { defineSettings, LOG_SETTINGS, type Setting, type SettingValues } from '@antinex/runtime';
import { ANTINEX_SETTINGS, CONNECTION_SETTINGS } from '../settings.ts';

/** A timer of Node cannot run for 25 days. */
const LONGEST_MS = 24 * 86_400_000;

const URL_FLAG = { ...CONNECTION_SETTINGS.antinexUrl, flag: 'url' } as const;
const USER_FLAG = { ...CONNECTION_SETTINGS.antinexUser, flag: 'user' } as const;
const PASSWORD_FLAG = {
  ...CONNECTION_SETTINGS.antinexPassword,
  flag: 'password',
  placeholder: 'TEXT',
  help: 'its password; others on this host can read it here, not in the variable',
} as const;
const EMAIL_FLAG = { ...CONNECTION_SETTINGS.antinexEmail, flag: 'email' } as const;
const CA_FLAG = { ...CONNECTION_SETTINGS.antinexCaFile, flag: 'ca-file' } as const;
const CERT_FLAG = { ...CONNECTION_SETTINGS.antinexCertFile, flag: 'cert-file' } as const;
const KEY_FLAG = { ...CONNECTION_SETTINGS.antinexKeyFile, flag: 'key-file' } as const;

const COMMON_SETTINGS = defineSettings({
  antinexInsecure: { ...CONNECTION_SETTINGS.antinexInsecure, flag: 'insecure' },
  antinexTimeout: { ...CONNECTION_SETTINGS.antinexTimeout, flag: 'timeout' },
  silent: { flag: 'silent', type: 'boolean', default: false, help: 'log errors only' },
  ...LOG_SETTINGS,
  logLevel: { ...LOG_SETTINGS.logLevel, env: 'AI_CLIENT_LEVEL' },
});

/** A setting that comes from its variable only. */
const unflagged = <S extends Setting>({ flag: _, ...setting }: S): Omit<S, 'flag'> => setting;

/** Those of the commands that the original gives API_ variables; where these are not set, ANTINEX_ ones count. */
export const API_SETTINGS = defineSettings({
  url: {
    flag: 'url',
    env: 'API_URL',
    type: 'string',
    placeholder: 'URL',
    help: `${URL_FLAG.help}; ${URL_FLAG.default} unless given`,
  },
  user: { ...USER_FLAG, env: 'API_USER' },
  password: { ...PASSWORD_FLAG, env: 'API_PASSWORD' },
  email: { ...EMAIL_FLAG, env: 'API_EMAIL' },
  caFile: { ...CA_FLAG, env: 'API_CA_BUNDLE_DIR' },
  certFile: { ...CERT_FLAG, env: 'API_CERT_FILE' },
  keyFile: { ...KEY_FLAG, env: 'API_KEY_FILE' },
  antinexUrl: unflagged(CONNECTION_SETTINGS.antinexUrl),
  antinexUser: unflagged(CONNECTION_SETTINGS.antinexUser),
  antinexPassword: CONNECTION_SETTINGS.antinexPassword,
  antinexEmail: CONNECTION_SETTINGS.antinexEmail,
  antinexCaFile: unflagged(CONNECTION_SETTINGS.antinexCaFile),
  antinexCertFile: unflagged(CONNECTION_SETTINGS.antinexCertFile),
  antinexKeyFile: unflagged(CONNECTION_SETTINGS.antinexKeyFile),
  ...COMMON_SETTINGS,
  verbose: { env: 'API_VERBOSE', type: 'boolean', default: true, help: 'false is --silent' },
  debug: { flag: 'debug', env: 'API_DEBUG', type: 'boolean', default: false, help: 'log every request' },
});

export const FILE_SETTING = defineSettings({
  file: { flag: 'file', env: 'DATAFILE', type: 'string', placeholder: 'FILE', help: 'the request, JSON' },
});

/** How long to wait for a job; `defaultMs` for the whole of it. */
export const waitSettings = (defaultMs: number) =>
  defineSettings({
    wait: {
      flag: 'wait',
      env: 'ANTINEX_WAIT',
      type: 'duration',
      min: 0,
      max: LONGEST_MS,
      default: defaultMs,
      help: 'how long to wait for the end',
    },
    launchedWait: {
      flag: 'launched-wait',
      env: 'ANTINEX_LAUNCHED_WAIT',
      type: 'duration',
      min: 0,
      max: LONGEST_MS,
      help: 'how long to wait for AntiNex core, which may never answer; as long as --wait unless given',
    },
  });

/** Those of ai-env-predict, with the ANTINEX_ variables. */
export const PREDICT_SETTINGS = defineSettings({
  ...ANTINEX_SETTINGS,
  antinexUrl: URL_FLAG,
  antinexUser: USER_FLAG,
  antinexPassword: PASSWORD_FLAG,
  antinexEmail: EMAIL_FLAG,
  antinexCaFile: CA_FLAG,
  antinexCertFile: CERT_FLAG,
  antinexKeyFile: KEY_FLAG,
  antinexRequestFile: { ...ANTINEX_SETTINGS.antinexRequestFile, flag: 'request-file' },
  antinexModel: { ...ANTINEX_SETTINGS.antinexModel, flag: 'model' },
  antinexImitateOriginal: { ...ANTINEX_SETTINGS.antinexImitateOriginal, flag: 'imitate-original' },
  ...FILE_SETTING,
  file: { ...FILE_SETTING.file, help: 'JSON with the rows under "predict_rows"' },
  mock: { flag: 'mock', type: 'boolean', default: false, help: 'send four rows that are made up' },
  ...waitSettings(600_000),
  ...COMMON_SETTINGS,
  verbose: { env: 'ANTINEX_CLIENT_VERBOSE', type: 'boolean', default: true, help: 'false is --silent' },
  debug: {
    flag: 'debug',
    env: 'ANTINEX_CLIENT_DEBUG',
    type: 'boolean',
    default: false,
    help: 'log every request',
  },
});

/** What every command knows of its settings. */
export type CommonValues = SettingValues<typeof CONNECTION_SETTINGS> &
  SettingValues<typeof COMMON_SETTINGS> & { readonly verbose: boolean; readonly debug: boolean };

/** The values with those of flags and API_ variables before those of ANTINEX_ ones. */
export function merged<V extends SettingValues<typeof API_SETTINGS>>(values: V): V {
  return {
    ...values,
    antinexUrl: values.url ?? values.antinexUrl,
    antinexUser: values.user ?? values.antinexUser,
    antinexPassword: values.password ?? values.antinexPassword,
    antinexCaFile: values.caFile ?? values.antinexCaFile,
    antinexCertFile: values.certFile ?? values.antinexCertFile,
    antinexKeyFile: values.keyFile ?? values.antinexKeyFile,
  };
}

/** The original's letters. */
export const LETTERS: Readonly<Record<string, string>> = {
  user: 'u',
  password: 'p',
  email: 'e',
  url: 'a',
  file: 'f',
  id: 'i',
  'ca-file': 'b',
  'cert-file': 'c',
  'key-file': 'k',
  silent: 's',
  debug: 'd',
  mock: 'm',
};
