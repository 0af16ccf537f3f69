import { isIP } from 'node:net';
import { delimiter } from 'node:path';
import { type Config, defineSettings, LOG_SETTINGS } from '@antinex/runtime';
import { SHORTEST_KEY } from './auth/secret-key.ts';

/** A timer of Node cannot run for 25 days. */
const LONGEST_MS = 24 * 86_400_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;
const SHORTEST_PASSWORD = 8;

/** Everything the server can be told; names of variables are the original's where it has them. */
export const SERVER_SETTINGS = defineSettings({
  host: {
    flag: 'host',
    env: 'WEBAPP_HOST',
    type: 'string',
    placeholder: 'ADDRESS',
    default: '127.0.0.1',
    help: 'where to listen; anything but 127.0.0.1 asks for a password of at least 8 characters',
  },
  port: {
    flag: 'port',
    env: 'WEBAPP_PORT',
    type: 'integer',
    min: 0,
    max: 65_535,
    default: 8010,
    help: 'the port; 0 lets the system choose',
  },
  data: {
    flag: 'data',
    env: 'ANTINEX_DATA',
    type: 'string',
    placeholder: 'DIR',
    default: 'antinex-data',
    help: 'folder of the database, the models and prepared datasets',
  },
  datasetDir: {
    flag: 'dataset-dir',
    env: 'ANTINEX_DATASET_DIR',
    type: 'string',
    placeholder: 'DIR',
    help: `folder with datasets that may be read; several with ${delimiter} between them`,
  },
  compat: {
    flag: 'compat',
    env: 'ANTINEX_COMPAT',
    type: 'boolean',
    default: false,
    help: 'scale, label and answer as the original does, to compare with it',
  },
  answerWithin: {
    flag: 'answer-within',
    env: 'ANTINEX_ANSWER_WITHIN',
    type: 'duration',
    min: 0,
    max: 3_600_000,
    help: 'how long a POST waits for its job; 0: not at all; 5s unless CELERY_ENABLED is 1',
  },
  celeryEnabled: {
    env: 'CELERY_ENABLED',
    type: 'boolean',
    help: 'the original’s word for --answer-within 0',
  },
  user: {
    flag: 'user',
    env: 'ANTINEX_USER',
    type: 'string',
    placeholder: 'NAME',
    default: 'root',
    help: 'the first user, who is made at the start',
  },
  // No flag: everybody on the host can read command lines.
  password: {
    env: 'ANTINEX_PASSWORD',
    type: 'string',
    secret: true,
    help: "the first user's password; made up and printed once if only this host can reach the server",
  },
  email: {
    flag: 'email',
    env: 'ANTINEX_EMAIL',
    type: 'string',
    default: '',
    help: "the first user's address",
  },
  registration: {
    flag: 'registration',
    type: 'choice',
    choices: ['open', 'closed'],
    help: 'who may make users: anybody, or the first user; open unless other hosts can reach the server',
  },
  secretKey: {
    env: 'DJANGO_SECRET_KEY',
    type: 'string',
    secret: true,
    help: 'signs tokens, at least 32 characters; one is made and kept in the data folder unless given',
  },
  tokenLifetime: {
    flag: 'token-lifetime',
    type: 'duration',
    min: 1000,
    max: LONGEST_MS,
    default: 300_000,
    help: 'how long a token is good',
  },
  keepResults: {
    flag: 'keep-results',
    type: 'integer',
    min: 20,
    max: 1_000_000_000,
    default: 10_000,
    help: 'jobs that are kept after their end',
  },
  keepSize: {
    flag: 'keep-size',
    type: 'size',
    min: 1_000_000,
    default: 1_000_000_000,
    help: 'rows and predictions of ended jobs that are kept, compressed; the oldest are dropped',
  },
  maxBody: {
    flag: 'max-body',
    type: 'size',
    min: 65_536,
    max: 256 * 2 ** 20,
    default: 16 * 2 ** 20,
    help: 'the longest request',
  },
  maxWaiting: {
    flag: 'max-waiting',
    type: 'integer',
    min: 1,
    max: 100_000,
    default: 1000,
    help: 'jobs that may wait; more are put off with 503',
  },
  requestLimit: {
    flag: 'request-limit',
    type: 'integer',
    min: 1,
    max: 1_000_000_000,
    default: 12_000,
    help: 'requests of one address in a minute',
  },
  loginLimit: {
    flag: 'login-limit',
    type: 'integer',
    min: 1,
    max: 1_000_000_000,
    default: 60,
    help: 'logins of one address, and failed ones of one user, in a minute',
  },
  allowedHosts: {
    flag: 'allowed-hosts',
    env: 'DJANGO_ALLOWED_HOSTS',
    type: 'string',
    placeholder: 'NAMES',
    help: 'names the server may be called by, a,b,.example.com; any unless only this host can reach it',
  },
  trustProxy: {
    flag: 'trust-proxy',
    type: 'string',
    placeholder: 'ADDRESSES',
    help: 'proxies whose X-Forwarded-For is believed, a,b or 10.0.0.0/8',
  },
  drain: {
    flag: 'drain',
    type: 'duration',
    min: 0,
    max: LONGEST_MS,
    default: 10_000,
    help: 'how long running jobs may take to end when the server is to end; the rest is done after its next start',
  },
  ...LOG_SETTINGS,
});

export type ServerConfig = Config<typeof SERVER_SETTINGS>;

/** Whether only programs of this host can reach the server. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Settings that are no good together. */
export function problemsOf({ values, origins }: ServerConfig): string[] {
  const { host, password, secretKey, email, user, trustProxy } = values;
  const problems: string[] = [];
  if (secretKey !== undefined && secretKey.length < SHORTEST_KEY)
    problems.push(`${origins.secretKey}: must have at least ${SHORTEST_KEY} characters`);
  for (const [name, text] of Object.entries({ user, email })) {
    if (/\p{Cc}/u.test(text) || text.length > 150)
      problems.push(`the ${name} must be one line of up to 150 characters`);
  }
  for (const proxy of trustProxy?.split(',') ?? []) {
    if (!isProxy(proxy.trim())) problems.push(`${origins.trustProxy}: "${proxy}" is no address`);
  }
  if (!isLoopback(host) && password !== undefined && password.length < SHORTEST_PASSWORD)
    problems.push(
      `${origins.password}: must have at least ${SHORTEST_PASSWORD} characters where other hosts can log in (${origins.host})`,
    );
  return problems;
}

/** Whether it is an address, or the addresses of a network: `10.0.0.0/8`. */
function isProxy(text: string): boolean {
  const [address, length, ...rest] = text.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  if (bits === undefined || rest.length > 0) return false;
  return length === undefined || (/^[1-9]\d{0,2}$/.test(length) && Number(length) <= bits);
}

/** The folders of a list of paths. */
export const foldersOf = (list: string | undefined): string[] =>
  (list ?? '').split(delimiter).filter(Boolean);
