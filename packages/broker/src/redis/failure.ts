import { PipelineError } from '@antinex/runtime';
import { isTlsFailure } from '../tls-connection.ts';

/** The server takes commands again once it has loaded its data, found memory, become a master ... */
const PASSES =
  /\b(OOM|READONLY|LOADING|BUSY|MISCONF|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|NOREPLICAS|UNBLOCKED|max number of clients)\b/;
/** Answers that stay the same until somebody changes the server, or our options. */
const STAYS = /^(ERR|NOAUTH|WRONGPASS|NOPERM|WRONGTYPE|CROSSSLOT|NOSCRIPT) /;

/** The error to give up with; undefined when trying again may help, as it does while a server is away. */
export function refusal(error: unknown, name: string): PipelineError | undefined {
  if (error instanceof PipelineError) return error;
  const reason = reasonOf(error);
  const { code } = error as { code?: unknown };
  const isRefused = STAYS.test(reason) && !PASSES.test(reason);
  if (!isRefused && !isTlsFailure(code)) return undefined;
  return new PipelineError('BROKER_REFUSED', { url: name, reason }, { cause: error });
}

/** What the server said, or what the system did; of several errors the one that caused the others. */
export function reasonOf(error: unknown): string {
  const causes = error as { previousErrors?: unknown[]; errors?: unknown[]; lastNodeError?: unknown };
  const cause = causes.previousErrors?.[0] ?? causes.errors?.[0] ?? causes.lastNodeError;
  // A transaction cut short may name itself as its cause.
  if (cause && cause !== error) return reasonOf(cause);
  return error instanceof Error ? error.message || error.name : String(error);
}

/** The stream, or its group of consumers, is not there (any more). */
export const isNoGroup = (error: unknown): boolean => reasonOf(error).startsWith('NOGROUP');

/** The server said so itself: its errors begin with a word in capitals. */
export const isAnswer = (error: unknown): boolean => /^[A-Z]+ /.test(reasonOf(error));
