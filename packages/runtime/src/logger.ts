import { readFileSync } from 'node:fs';
import type { Logger, LoggerOptions } from 'pino';
import { toPipelineError } from './describe-error.ts';
import { PipelineError } from './errors.ts';
import { MASK, maskSecrets } from './secrets.ts';
import { defineSettings } from './settings.ts';
import { CLEAR_LINE, type Terminal, wantsColour } from './terminal.ts';

export type { Logger } from 'pino';

/** Says something to the log: the part of a logger that most code needs, in any thread. */
export type Log = (level: 'info' | 'warn', text: string) => void;

/** The settings every program that logs has. Python's names for the levels count too. */
export const LOG_SETTINGS = defineSettings({
  logLevel: {
    flag: 'log-level',
    env: 'LOG_LEVEL',
    type: 'choice',
    choices: ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'fatal', 'critical', 'silent'],
    help: 'how much to log; info unless LOG_CFG says otherwise',
  },
  logConfig: {
    flag: 'log-config',
    env: 'LOG_CFG',
    type: 'string',
    placeholder: 'FILE',
    help: 'JSON file with pino options',
  },
});

type LogLevel = (typeof LOG_SETTINGS.logLevel.choices)[number];

const PYTHON_LEVELS: Partial<Record<LogLevel, string>> = { warning: 'warn', critical: 'fatal' };

const SECRET_KEYS = ['password', 'token', 'secret', 'authorization'].flatMap((key) => [key, `*.${key}`]);

export interface LogOptions {
  readonly name: string;
  /** Comes before the level in the config file. */
  readonly logLevel?: LogLevel | undefined;
  /** Path of a JSON file with pino options. */
  readonly logConfig?: string | undefined;
  /** Where the lines go, standard error unless a test says otherwise. */
  readonly stream?: Terminal;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * A pino logger on standard error: readable lines on a terminal, JSON otherwise. Passwords in fields
 * and URLs are masked. Lines are written at once, so none is lost when the process ends.
 *
 * @throws PipelineError when the config file cannot be read or holds no pino options.
 */
export async function createLogger(options: LogOptions): Promise<Logger> {
  const { destination, pino, stdTimeFunctions } = await import('pino');
  const fromFile = options.logConfig === undefined ? {} : readLogConfig(options.logConfig);
  const level = options.logLevel && (PYTHON_LEVELS[options.logLevel] ?? options.logLevel);
  const pinoOptions: LoggerOptions = {
    name: options.name,
    timestamp: stdTimeFunctions.isoTime,
    ...fromFile,
    ...(level && { level }),
    redact: { censor: MASK, ...redaction(fromFile.redact) },
    hooks: { streamWrite: maskSecrets },
  };
  try {
    if (fromFile.transport) return pino(pinoOptions);
    // Not process.stderr: its writes into a pipe are queued, and lost at process.exit().
    const stderr = destination({ dest: 2, sync: true });
    const stream = options.stream ?? { isTTY: process.stderr.isTTY, write: (line) => stderr.write(line) };
    return pino(pinoOptions, await lineWriter(stream, options.env ?? process.env));
  } catch (error) {
    throw badLogConfig(options.logConfig ?? options.name, (error as Error).message);
  }
}

async function lineWriter(stream: Terminal, env: NodeJS.ProcessEnv): Promise<{ write(line: string): void }> {
  if (!stream.isTTY) return { write: (line) => void stream.write(line) };
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({
    colorize: wantsColour(stream, env),
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
  });
  // A progress line may stand where the log line is to go.
  return { write: (line) => void stream.write(CLEAR_LINE + format(line)) };
}

function redaction(fromFile: LoggerOptions['redact']): { paths: string[] } {
  if (fromFile === undefined) return { paths: SECRET_KEYS };
  if (Array.isArray(fromFile)) return { paths: [...SECRET_KEYS, ...fromFile] };
  return { ...fromFile, paths: [...SECRET_KEYS, ...fromFile.paths] };
}

function readLogConfig(path: string): LoggerOptions {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw badLogConfig(path, error.message);
    throw toPipelineError(error, { path, access: 'read' });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw badLogConfig(path, 'must be a JSON object');
  }
  if ('handlers' in parsed || 'formatters' in parsed) {
    throw badLogConfig(path, "looks like Python's logging config; pino's options are wanted");
  }
  return parsed;
}

const badLogConfig = (path: string, reason: string) =>
  new PipelineError('CONFIG_INVALID', { problems: [`LOG_CFG ${path}: ${reason}`] });
