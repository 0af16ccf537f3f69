import type { JobLimits } from './types.ts';

/** What a request may take unless more or less is allowed. */
export const LIMITS: JobLimits = {
  rows: 1_000_000,
  cells: 16_000_000,
  // Two to four hours on one core.
  work: 2e13,
  answerLength: 64 * 2 ** 20,
  models: 1000,
  fileBytes: 2 ** 30,
  threadMegabytes: 1024,
};
