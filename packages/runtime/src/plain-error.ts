import { type ErrorCode, type ErrorDetails, PipelineError } from './errors.ts';

/** An error that can cross threads. */
export interface PlainError {
  readonly message: string;
  readonly code: string | undefined;
  readonly details: unknown;
}

export function toPlainError(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof PipelineError ? error : undefined;
  return { message, code: known?.code, details: known?.details };
}

export function fromPlainError({ message, code, details }: PlainError): Error {
  if (code === undefined) return new Error(message);
  return new PipelineError(code as ErrorCode, details as ErrorDetails<ErrorCode>);
}
