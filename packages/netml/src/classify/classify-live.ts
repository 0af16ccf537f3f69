import type { PacketSource } from '@antinex/capture';
import { createProgress, PipelineError } from '@antinex/runtime';
import { openLive } from '../captures/live-packets.ts';
import { withTicks } from '../captures/with-ticks.ts';
import { readModel } from '../train/model-file.ts';
import { EndedFlows } from './ended-flows.ts';
import { type ClassifyJob, labelsOf, newReport, recipeOf } from './job.ts';
import { endReport, judge } from './judge.ts';

/** Between two looks for flows that have waited long enough. */
const TICK_MS = 250;

/** Judges flows of a device as they end, until the signal or --duration; answers the exit code. */
export async function classifyLive(job: ClassifyJob): Promise<number> {
  const { duration } = job.values;
  const source = await openLive(job.values, job.signal);
  const timer = duration === undefined ? undefined : setTimeout(() => source.close(), duration);
  const stopShowing = showProgress(source);
  try {
    await judgeLive(source, job);
  } finally {
    clearTimeout(timer);
    stopShowing();
    await source.close();
  }
  return 0;
}

async function judgeLive(source: PacketSource, job: ClassifyJob): Promise<void> {
  const model = await readModel(job.model);
  const recipe = recipeOf(model, job);
  if (recipe.flows.compat !== undefined) {
    const problem = '--device: a model of --compat netml judges whole captures; train one without it';
    throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
  }
  const labels = await labelsOf(job, recipe);
  if (job.values.verbosity > 0) process.stderr.write(`netml: capturing on ${source.description}\n`);
  const report = newReport(model, job);
  const flows = new EndedFlows(withTicks(source, TICK_MS), recipe.flows);
  await judge(flows, { model, recipe, labels, report });
  const { kernelDrops: kernel, interfaceDrops, queueDrops: queue } = source.stats();
  await endReport(report, flows.counts, source.notes(), { kernel, interface: interfaceDrops, queue });
}

/** A line that shows how it goes, on a terminal that verdicts are not printed on. */
function showProgress(source: PacketSource): () => void {
  if (process.stdout.isTTY) return () => {};
  const progress = createProgress();
  const timer = setInterval(() => {
    const { receivedPackets: packets, receivedBytes: bytes, queueDrops: dropped } = source.stats();
    progress.update({ packets, bytes, dropped });
  }, TICK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    progress.stop();
  };
}
