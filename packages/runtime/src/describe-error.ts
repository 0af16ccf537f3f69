import { getSystemErrorMap } from 'node:util';
import { ExitCode, PipelineError } from './errors.ts';
import { maskSecrets } from './secrets.ts';
import { withoutControls } from './terminal.ts';

/** What a failed file operation was about. Node leaves the path out of errors of reads and writes. */
export interface FileUse {
  readonly path: string;
  readonly access: 'read' | 'write';
}

/** What to print for an error, and the exit code that goes with it. */
export interface Description {
  readonly line: string;
  readonly exitCode: number;
}

const LONGEST_LINE = 1000;

/**
 * One plain line for any thrown value: what is wrong and, where we know it, what to do.
 * Never throws; control characters (of hostile file names, say) and passwords in URLs are taken out.
 */
export function describeError(error: unknown): Description {
  if (isReadable(error)) return { line: tidy(error.message), exitCode: ExitCode.FAILURE };
  const known = toPipelineError(error);
  return {
    line: tidy(known.hint ? `${known.message}; ${known.hint}` : known.message),
    exitCode: known.exitCode,
  };
}

/**
 * The catalogue's error for any thrown value; system errors (ENOENT, ENOSPC ...) find their own entry.
 * `use` says which file was worked on, for the errors that do not name it themselves.
 */
export function toPipelineError(error: unknown, use?: FileUse): PipelineError {
  if (error instanceof PipelineError) return error;
  if (error instanceof AggregateError && error.errors.length > 0)
    return toPipelineError(error.errors[0], use);
  if (isSystemError(error)) return fromSystemError(error, use);
  const message = error instanceof Error ? error.message || error.name : String(error);
  return new PipelineError('UNEXPECTED', { message }, { cause: error });
}

/** Codes that mean the output cannot be written although the error does not say it was a write. */
const WRITE_ONLY = new Set(['EROFS', 'ETXTBSY', 'EFBIG']);
const UNREADABLE = new Set(['EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EIO', 'ENXIO']);

function fromSystemError(error: NodeJS.ErrnoException, use: FileUse | undefined): PipelineError {
  const code = error.code ?? '';
  const path = use?.path ?? error.path;
  const reason = getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? error.message;
  const cause = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new PipelineError('DISK_FULL', { path: path ?? 'the output' }, cause);
  }
  if (WRITE_ONLY.has(code) || (use?.access === 'write' && path !== undefined)) {
    return new PipelineError('OUTPUT_UNWRITABLE', { path: path ?? 'the output', reason }, cause);
  }
  if (code === 'EISDIR') return new PipelineError('FILE_IS_DIRECTORY', { path: path ?? 'the path' }, cause);
  if (code === 'ENOENT' && path !== undefined) return new PipelineError('FILE_NOT_FOUND', { path }, cause);
  if (UNREADABLE.has(code) && path !== undefined) {
    return new PipelineError('FILE_UNREADABLE', { path, reason }, cause);
  }
  return new PipelineError('SYSTEM_ERROR', { action: actionOf(error), reason }, cause);
}

/** `connect 127.0.0.1:6379`, `open /dev/x`, `write`. */
function actionOf(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  const address = error.port === undefined ? error.address : `${error.address}:${error.port}`;
  return [error.syscall, error.path ?? address].filter(Boolean).join(' ') || (error.code ?? 'system');
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

/** The typed errors of pcap-file: it cannot import the catalogue, but its messages are meant for people. */
const READABLE = new Set(['CaptureFileError', 'CaptureWriteError']);

function isReadable(error: unknown): error is Error {
  return error instanceof Error && READABLE.has(error.name);
}

function tidy(text: string): string {
  const line = withoutControls(maskSecrets(text).replace(/\s*[\r\n]+\s*/g, ' '));
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}
