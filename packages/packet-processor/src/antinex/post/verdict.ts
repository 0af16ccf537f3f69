import { isTemporary } from '@antinex/antinex-client';
import { type ErrorDetails, PipelineError } from '@antinex/runtime';

/**
 * What a failure means for a batch. `again`: the API, the way there or our account is at fault, and the
 * rows wait. `smaller`: it is too long for the API or a proxy. `doubt`: the rows may be at fault, or the
 * API; after some of these in a row they are. `refused`: it will never have predictions.
 */
export type Verdict = 'again' | 'smaller' | 'doubt' | 'refused';

const TOO_LONG = 413;
/** Bad request, unsupported media type, unprocessable content: what is posted is at fault. */
const FOR_GOOD = new Set([400, 415, 422]);

export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof PipelineError)) return 'again';
  switch (error.code) {
    case 'ANTINEX_REFUSED': {
      if (isTemporary(error)) return 'again';
      const { status } = error.details as ErrorDetails<'ANTINEX_REFUSED'>;
      if (status === TOO_LONG) return 'smaller';
      return FOR_GOOD.has(status) ? 'refused' : 'again';
    }
    case 'ANTINEX_JOB_FAILED':
    case 'ANTINEX_JOB_STUCK':
    case 'ANTINEX_BAD_REQUEST':
      return 'refused';
    // A job that went away (the API lost its database), or answers that nobody can read.
    case 'ANTINEX_NOT_FOUND':
    case 'ANTINEX_BAD_ANSWER':
      return 'doubt';
    default:
      return 'again';
  }
}
