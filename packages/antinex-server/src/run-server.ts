import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createLogger, runMain } from '@antinex/runtime';
import {
  addSettings,
  checkOnly,
  createProgram,
  parseCommandLine,
  print,
  readSettings,
} from '@antinex/runtime/command';
import { foldersOf, isLoopback, problemsOf, SERVER_SETTINGS, type ServerConfig } from './settings.ts';

const NAME = 'antinex-server';
const DESCRIPTION = 'Serve an AntiNex-compatible API: training and predictions on one machine';
const EXAMPLES = `
Examples:
  ${NAME}                                            # http://127.0.0.1:8010, data in ./antinex-data
  ${NAME} --data /var/lib/antinex --dataset-dir /srv/datasets
  ANTINEX_PASSWORD=... ${NAME} --host 0.0.0.0 --registration closed
  ${NAME} --env-file envs/antinex-dev.env --compat --answer-within 0
`;

export interface RunContext {
  readonly signal: AbortSignal;
  /** Print where the server listens as JSON. */
  readonly json: boolean;
}

/** The antinex-server: parses the command line and serves until it is told to end. */
export async function runServer(): Promise<void> {
  await runMain(
    async (signal) => {
      const packageUrl = new URL('../package.json', import.meta.url);
      const { version } = JSON.parse(readFileSync(packageUrl, 'utf8')) as { version: string };
      const program = createProgram(NAME, DESCRIPTION, version);
      addSettings(program, SERVER_SETTINGS)
        .option('--json', 'print where it listens as JSON on standard output')
        .addHelpText('after', EXAMPLES)
        .action(async ({ json }: { json?: boolean }) => {
          const config = await readSettings(program, SERVER_SETTINGS, problemsOf);
          if (config === undefined || (await checkOnly(program))) return;
          await serve(config, { signal, json: json === true });
        });
      return parseCommandLine(program, process.argv);
    },
    { name: NAME, signalIsCleanEnd: true },
  );
}

async function serve(config: ServerConfig, { signal, json }: RunContext): Promise<void> {
  // Help and settings need neither fastify nor a database.
  const { openServer } = await import('./server.ts');
  const logger = await createLogger({ name: NAME, ...config.values });
  const server = await openServer({
    ...serverOptions(config),
    log: (level, text) => logger[level](text),
    onBug: (error) => logger.error({ err: error }, 'unexpected error'),
  });
  try {
    if (server.newPassword !== undefined) {
      // Once, and not in the log, which is kept.
      process.stderr.write(`${NAME}: the password of ${config.values.user} is ${server.newPassword}\n`);
    }
    logger.info(`serving at ${server.url}, documentation at ${server.url}/docs`);
    const { host, port, url } = server;
    if (json) await print(`${JSON.stringify({ host, port, url })}\n`);
    if (!signal.aborted) await once(signal, 'abort');
    logger.info('ending');
  } finally {
    await server.close();
  }
}

function serverOptions({ values }: ServerConfig) {
  const isReachable = !isLoopback(values.host);
  const allowed = values.allowedHosts?.split(',').map((name) => name.trim());
  return {
    host: values.host,
    port: values.port,
    dataDir: values.data,
    datasetDirs: foldersOf(values.datasetDir),
    compat: values.compat,
    answerWithinMs: values.answerWithin ?? (values.celeryEnabled ? 0 : ANSWER_WITHIN_MS),
    openRegistration: values.registration === undefined ? !isReachable : values.registration === 'open',
    allowedHosts: allowed ?? (isReachable ? undefined : [...LOOPBACK_NAMES, values.host]),
    trustProxy: values.trustProxy,
    maxBodyBytes: values.maxBody,
    maxWaiting: values.maxWaiting,
    requestsPerMinute: values.requestLimit,
    loginsPerMinute: values.loginLimit,
    firstUser: { username: values.user, email: values.email, password: values.password, isReachable },
    secretKey: values.secretKey,
    tokenLifetimeMs: values.tokenLifetime,
    keep: { jobs: values.keepResults, bytes: values.keepSize },
    drainMs: values.drain,
  };
}

const ANSWER_WITHIN_MS = 5000;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
