import { print } from '@antinex/runtime/command';
import { type SummaryLine, summaryText } from './train/summary.ts';

/** How a command says what it did, and what ends it. */
export interface Told {
  readonly json: boolean;
  readonly verbosity: number;
  readonly signal: AbortSignal;
}

/** Prints a summary: as JSON, as lines, or with `--verbosity 0` not at all. */
export async function tell(
  { json, verbosity }: Told,
  summary: object,
  lines: readonly SummaryLine[],
): Promise<void> {
  if (json) await print(`${JSON.stringify(summary)}\n`);
  else if (verbosity > 0) await print(summaryText(lines));
}
