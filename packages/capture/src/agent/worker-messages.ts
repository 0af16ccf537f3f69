import type { AgentLedger } from '@antinex/decoder';
import type { PlainError } from '@antinex/runtime';
import type { PipelinePlan } from './plan.ts';

/** What a worker thread starts with. */
export interface WorkerTask {
  readonly plan: PipelinePlan;
}

/** To a worker. */
export type WorkerOrder = 'run' | 'stop' | 'abandon';

/** What a worker says of itself. */
export interface WorkerReport {
  readonly ledger: AgentLedger;
  readonly notes: readonly string[];
  readonly spooled: number | undefined;
  readonly ready: boolean;
}

/** From a worker. */
export type WorkerMessage =
  | { readonly kind: 'open'; readonly descriptions: readonly string[] }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn'; readonly text: string }
  | { readonly kind: 'report'; readonly report: WorkerReport }
  | {
      readonly kind: 'ended';
      readonly report: WorkerReport | undefined;
      readonly error: PlainError | undefined;
    };
