import { PipelineError } from '@antinex/runtime';
import type { BuiltFlows } from '../netml/build-flows.ts';
import { isNormal } from './flow-labels.ts';
import type { Labels } from './labels.ts';

/** Flows that have labels. */
export interface LabelledFlows extends BuiltFlows {
  /** 0 for normal flows, 1 for all others, in the order of the flows. */
  readonly labels: Uint8Array;
  /** The labels as they were written. */
  readonly names: readonly string[];
  /** Flows without a label, which were left out or called normal. */
  readonly unlabelled: number;
}

/**
 * Gives flows their labels. Those without one are left out, or with `unlabelled: 'normal'` called normal.
 *
 * @throws PipelineError NO_FLOWS when no flow is left
 */
export function labelFlows(
  built: BuiltFlows,
  labels: Labels,
  options: { readonly unlabelled?: 'drop' | 'normal' } = {},
): LabelledFlows {
  const { flows } = built;
  const kept: number[] = [];
  const names: string[] = [];
  let unlabelled = 0;
  for (let flow = 0; flow < flows.size; flow++) {
    const name = labels.nameOf(flows, flow);
    if (name === undefined) unlabelled++;
    if (name === undefined && options.unlabelled !== 'normal') continue;
    kept.push(flow);
    names.push(name ?? 'NORMAL');
  }
  if (kept.length === 0) throw new PipelineError('NO_FLOWS', { reason: 'no label belongs to any of them' });
  return {
    ...built,
    flows: flows.select(kept),
    labels: Uint8Array.from(names, (name) => (isNormal(name) ? 0 : 1)),
    names,
    unlabelled,
  };
}
