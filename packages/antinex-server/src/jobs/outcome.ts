import type { PlainOutcome } from './threads/messages.ts';
import type { JobOutcome, PredictionRow } from './types.ts';

/** What a thread told; its rows are made objects of only for who asks. */
export function outcomeOf(told: PlainOutcome, modelFile: string): JobOutcome {
  let rows: readonly PredictionRow[] | undefined;
  return {
    ...told,
    modelFile,
    get predictions() {
      rows ??= JSON.parse(told.predictionsJson) as PredictionRow[];
      return rows;
    },
  };
}
