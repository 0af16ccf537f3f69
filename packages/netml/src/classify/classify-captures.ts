import { buildFlows, type FlowCounts } from '@antinex/features';
import { openRecords, type RecordBatch } from '@antinex/pcap-file';
import { createProgress, PipelineError } from '@antinex/runtime';
import { CaptureFiles, reportFaults } from '../captures/capture-files.ts';
import type { FlowRecipe } from '../extract/recipe.ts';
import { readModel } from '../train/model-file.ts';
import { EndedFlows } from './ended-flows.ts';
import { type ClassifyJob, labelsOf, newReport, recipeOf } from './job.ts';
import { endReport, type Judged, judge } from './judge.ts';

/**
 * Judges the flows of captures as they end; answers the exit code.
 *
 * @throws PipelineError NO_FLOWS, or what is wrong with the capture if there is nothing in it
 */
export async function classifyCaptures(paths: readonly string[], job: ClassifyJob): Promise<number> {
  const model = await readModel(job.model);
  const recipe = recipeOf(model, job);
  const labels = await labelsOf(job, recipe);
  // Verdicts on a terminal leave no line for it.
  const progress = process.stdout.isTTY ? undefined : createProgress();
  const files = await CaptureFiles.open(openRecords, paths, job.signal, progress);
  const report = newReport(model, job);
  const flows = flowsOf(files, recipe.flows);
  await judge(flows, { model, recipe, labels, report });
  if (report.flows === 0) {
    const reason = `none of ${flows.counts.packets} packets is in one that the model could judge`;
    throw files.faults[0] ?? new PipelineError('NO_FLOWS', { reason });
  }
  await endReport(report, flows.counts, files.notes);
  return reportFaults(files.faults);
}

/** Flows as they end; netml's, which it makes of whole captures, all at once. */
const flowsOf = (files: CaptureFiles<RecordBatch>, recipe: FlowRecipe): Judged =>
  recipe.compat === undefined ? new EndedFlows(files, recipe) : new WholeFlows(files, recipe);

class WholeFlows {
  counts!: FlowCounts;
  private readonly files: CaptureFiles<RecordBatch>;
  private readonly recipe: FlowRecipe;

  constructor(files: CaptureFiles<RecordBatch>, recipe: FlowRecipe) {
    this.files = files;
    this.recipe = recipe;
  }

  async *[Symbol.asyncIterator]() {
    const { flows, counts } = await buildFlows(this.files, this.recipe);
    this.counts = counts;
    yield flows;
  }
}
