import { PipelineError } from '@antinex/runtime';
import { openFileSource } from '../file-source.ts';
import { openLiveSource } from '../live-source.ts';
import type { PacketSource } from '../source.ts';
import type { PipelinePlan } from './plan.ts';

/** Opens what the plan reads from; all or none. This is what needs root. */
export async function openSources({ inputs, filter }: PipelinePlan): Promise<PacketSource[]> {
  if ('file' in inputs) return [await openFileSource(inputs.file)];
  const opened = await Promise.allSettled(inputs.map((input) => openLiveSource(input)));
  const sources = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed === undefined) return sources;
  await Promise.all(sources.map((source) => source.close()));
  throw withUsersFilter(failed.reason, filter);
}

/** Libpcap's complaint is about what the user wrote, not about what we added to it. */
function withUsersFilter(error: unknown, filter: string): unknown {
  if (!(error instanceof PipelineError) || error.code !== 'BAD_FILTER') return error;
  const { reason } = error.details as { reason: string };
  return new PipelineError('BAD_FILTER', { filter, reason }, { cause: error });
}
