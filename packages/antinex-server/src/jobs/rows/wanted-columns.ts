import type { MlJob } from '../request/ml-job.ts';

/** Features, what rows are sorted by, and the label as the last one. */
export function wantedColumns({ predictFeature, sortValues }: MlJob, features: readonly string[]): string[] {
  const others = [...new Set([...features, ...sortValues])].filter((name) => name !== predictFeature);
  return [...others, predictFeature];
}
