import { type FlowCounts, type FlowSet, isNormal, type Labels } from '@antinex/features';
import type { Recipe } from '../extract/recipe.ts';
import type { Model } from '../train/model-file.ts';
import { evictedLine, packetsLine, type SummaryLine } from '../train/summary.ts';
import type { Report } from './report.ts';
import { scoreFlows } from './score-flows.ts';

/** Flows, some at a time, and where their packets went. */
export type Judged = AsyncIterable<FlowSet> & { readonly counts: FlowCounts };

export interface Judging {
  readonly model: Model;
  readonly recipe: Recipe;
  readonly labels: Labels | undefined;
  readonly report: Report;
}

/** Has every flow judged and reported. */
export async function judge(sets: Judged, { model, recipe, labels, report }: Judging): Promise<void> {
  for await (const flows of sets) {
    for (const verdicts of scoreFlows(flows, model.detector, recipe, labels)) {
      await report.add(verdicts, ({ label }) => (label === undefined ? undefined : !isNormal(label)));
    }
  }
}

/** Ends the report with where the packets went, and what is known of packets that never came. */
export async function endReport(
  report: Report,
  counts: FlowCounts,
  notes: readonly string[],
  drops: Readonly<Record<string, number | string>> = {},
): Promise<void> {
  const lost = Object.entries(drops).filter(([, count]) => count !== 0);
  const lines: SummaryLine[] = [
    packetsLine(counts),
    ...lost.map(([where, count]): SummaryLine => ['', `dropped by the ${where}: ${count}`]),
    evictedLine(counts),
    ...notes.map((note): SummaryLine => ['note', note]),
  ];
  await report.end({ packets: counts, dropped: drops, notes }, lines);
}
