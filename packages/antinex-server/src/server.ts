import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  formatListenAddress,
  type ListenAddress,
  type Log,
  listenFailure,
  openMetricsPage,
  type Readiness,
  toPipelineError,
} from '@antinex/runtime';
import type { FastifyInstance } from 'fastify';
import { ensureFirstUser, type FirstUser } from './auth/first-user.ts';
import { Logins } from './auth/logins.ts';
import { openSecretKey } from './auth/secret-key.ts';
import { Tokens } from './auth/tokens.ts';
import { AnswerCounts } from './http/answer-counts.ts';
import { openApp } from './http/app.ts';
import type { HttpOptions } from './http/context.ts';
import { addStatus } from './http/status.ts';
import { openJobEngine } from './jobs/engine.ts';
import { serverMetrics } from './metrics.ts';
import { Queue } from './queue/queue.ts';
import { Worker } from './queue/worker.ts';
import { Database } from './store/database.ts';
import { Jobs, type Keep } from './store/jobs.ts';
import { Prepares } from './store/prepares.ts';
import { Users } from './store/users.ts';

export interface ServerOptions extends Omit<HttpOptions, 'datasetFolders'>, ListenAddress {
  /** Folder of the database, the models and prepared datasets; this server's alone. */
  readonly dataDir: string;
  readonly datasetDirs: readonly string[];
  readonly firstUser: FirstUser;
  /** Signs tokens; one of the server's own unless given. */
  readonly secretKey: string | undefined;
  readonly tokenLifetimeMs: number;
  readonly keep: Keep;
  /** How long running jobs may take to end. */
  readonly drainMs: number;
  readonly log: Log;
  readonly onBug: (error: unknown) => void;
}

export interface AntinexServer extends ListenAddress {
  /** `http://127.0.0.1:8010` */
  readonly url: string;
  /** The password that was made up for the first user, which nobody will be told again. */
  readonly newPassword: string | undefined;
  /** Answers what was asked, lets jobs end or leaves them to the next server, and frees the folder. */
  close(): Promise<void>;
}

/** How long requests that came before the end may take beyond waiting for their jobs. */
const LAST_ANSWERS_MS = 2000;

/**
 * Opens the API over a folder and goes on with the work that the server before left there.
 *
 * @throws PipelineError CONFIG_INVALID when other hosts could log in without a password that was chosen;
 * SERVER_DATA_IN_USE, SERVER_DATA_UNUSABLE, LISTEN_FAILED.
 */
export async function openServer(options: ServerOptions): Promise<AntinexServer> {
  const opened: (() => Promise<void> | void)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const end of opened.reverse()) await end();
    })();
    return closing;
  };
  try {
    const { address, newPassword } = await open(options, (end) => opened.push(end));
    return { ...address, url: `http://${formatListenAddress(address)}`, newPassword, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnEnd = (end: () => Promise<void> | void) => void;

async function open(options: ServerOptions, onEnd: OnEnd) {
  const { dataDir, datasetDirs, compat, log, onBug } = options;
  await makeFolder(dataDir);
  const database = new Database(dataDir);
  onEnd(() => database.close());
  const users = new Users(database);
  const jobs = new Jobs(database, options.keep);
  const prepares = new Prepares(database, options.keep.jobs);
  const newPassword = await ensureFirstUser(users, options.firstUser, log);
  const secretKey = await openSecretKey(dataDir, options.secretKey);
  const engine = await openJobEngine({ dataDir, datasetDirs });
  onEnd(() => engine.close());
  const worker = new Worker({ engine, jobs, prepares, compat, dataDir, log, onBug });
  const queue = new Queue({ worker, isKnown: (request) => engine.isKnown(request, { compat }), log });
  const tokens = new Tokens(secretKey, options.tokenLifetimeMs);
  const parts = { users, jobs, prepares, engine, queue, tokens, logins: new Logins(users), log, onBug };
  // As the engine has them.
  const datasetFolders = [...datasetDirs, join(dataDir, 'prepared')];
  const { app, context } = await openApp(parts, { ...options, datasetFolders });
  const answers = new AnswerCounts(app);
  const metrics = await openMetricsPage(
    serverMetrics({ answers, guard: context.guard, queue, worker, jobs }),
  );
  onEnd(() => metrics.close());
  addStatus(app, { metrics, ready: () => readiness(queue, options.maxWaiting) });
  for (const id of jobs.waiting()) queue.resume('job', id, jobs.byId(id)?.request ?? {});
  for (const id of prepares.waiting()) queue.resume('prepare', id, prepares.byId(id)?.request ?? {});
  onEnd(async () => {
    const silence = setTimeout(
      () => app.server.closeAllConnections(),
      options.answerWithinMs + LAST_ANSWERS_MS,
    );
    await Promise.all([app.close(), queue.close(options.drainMs)]);
    clearTimeout(silence);
  });
  return { address: await listen(app, options), newPassword };
}

async function makeFolder(path: string): Promise<void> {
  try {
    // Its files are for nobody else: password hashes, and what users sent.
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw toPipelineError(error, { path, access: 'write' });
  }
}

async function listen(app: FastifyInstance, { host, port }: ListenAddress): Promise<ListenAddress> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenFailure(error, { host, port });
  }
  return { host, port: (app.server.address() as AddressInfo).port };
}

function readiness(queue: Queue, maxWaiting: number): Readiness {
  if (queue.lost > 0) return { ready: false, reason: 'what came of jobs cannot be stored' };
  return queue.waiting < maxWaiting || { ready: false, reason: 'as many jobs wait as may' };
}
