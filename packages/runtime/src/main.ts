import { describeError } from './describe-error.ts';
import { ExitCode } from './errors.ts';
import { createShutdown, type Host, type Shutdown, signalExitCode } from './shutdown.ts';
import { within } from './within.ts';

/** A program: returns its exit code (undefined is 0) and ends soon once `signal` is aborted. */
export type Main = (signal: AbortSignal, shutdown: Shutdown) => Promise<number | undefined>;

interface OutputStream {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  off(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  write(text: string, written?: () => void): unknown;
}

/** The part of `process` that a main program uses. */
export interface MainHost extends Host {
  exitCode?: number | string | null | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface MainOptions {
  /** Stands before an error's line: `netpipe: x.pcap: no such file`. */
  readonly name: string;
  /** SIGINT and SIGTERM are the usual end of this program: 0, not 130 or 143. */
  readonly signalIsCleanEnd?: boolean;
  /** For all shutdown hooks together. */
  readonly deadlineMs?: number;
  readonly host?: MainHost;
}

/** How long a slow reader of our output may keep a broken program from ending. */
const FLUSH_MS = 1000;

/**
 * Runs a program from start to exit code. An error ends as one line on standard error; a reader that
 * closes our standard output (`| head`) ends the program quietly; shutdown hooks run in every case.
 */
export async function runMain(main: Main, options: MainOptions): Promise<void> {
  const host = options.host ?? (process as MainHost);
  const { deadlineMs } = options;
  const shutdown = createShutdown({ host, ...(deadlineMs !== undefined && { deadlineMs }) });
  const report = (error: unknown): number => {
    const { line, exitCode } = describeError(error);
    host.stderr.write(`${options.name}: ${line}\n`);
    if (error instanceof Error && /^(debug|trace)$/i.test(host.env.LOG_LEVEL ?? '')) {
      host.stderr.write(`${error.stack}\n`);
    }
    return exitCode;
  };

  let outputClosed = false;
  const { promise: broken, reject: breakDown } = withReject();
  const onOutputError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') return breakDown(error);
    outputClosed = true;
    shutdown.request();
  };
  // Nobody reads our errors any more: no reason to fail.
  const onErrorOutputError = () => {};
  host.stdout.on('error', onOutputError);
  host.stderr.on('error', onErrorOutputError);
  host.on('uncaughtException', breakDown);
  host.on('unhandledRejection', breakDown);

  let exitCode: number;
  let brokenDown = false;
  broken.catch(() => {
    brokenDown = true;
  });
  try {
    exitCode = (await Promise.race([main(shutdown.signal, shutdown), broken])) ?? ExitCode.OK;
  } catch (error) {
    // The failed write may be reported to its caller before the stream's own error event.
    await new Promise(setImmediate);
    const ended = (outputClosed && isPipeError(error)) || (shutdown.signal.aborted && isAbort(error));
    exitCode = ended ? ExitCode.OK : report(error);
  }
  const hookErrors = await shutdown.runHooks();
  for (const error of hookErrors) exitCode = Math.max(report(error), exitCode);
  if (shutdown.receivedSignal && exitCode === ExitCode.OK && !options.signalIsCleanEnd) {
    exitCode = signalExitCode(shutdown.receivedSignal);
  }
  host.exitCode = exitCode;
  // Something of the program may still be running, and nobody waits for it.
  if (brokenDown || hookErrors.length > 0) {
    await flushed(host);
    host.exit(exitCode);
  }

  shutdown.dispose();
  host.stdout.off('error', onOutputError);
  host.stderr.off('error', onErrorOutputError);
  host.off('uncaughtException', breakDown);
  host.off('unhandledRejection', breakDown);
}

/** What was written to a pipe is still in the process, and exit() would lose it. */
async function flushed({ stdout, stderr }: MainHost): Promise<void> {
  const written = [stdout, stderr].map((stream) => new Promise<void>((done) => stream.write('', done)));
  await within(FLUSH_MS, Promise.all(written));
}

function withReject(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject!: (error: unknown) => void;
  const promise = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  return { promise, reject };
}

const PIPE_ERRORS: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_PREMATURE_CLOSE'];

const isPipeError = (error: unknown) =>
  error instanceof Error && 'code' in error && PIPE_ERRORS.includes(error.code);

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError';
