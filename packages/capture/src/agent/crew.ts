import type { AgentLedger } from '@antinex/decoder';
import type { Log, Readiness } from '@antinex/runtime';
import { LocalCrew } from './local-crew.ts';
import type { PipelinePlan } from './plan.ts';
import { WorkerCrew } from './worker-crew.ts';

/** Who does an agent's work: this thread, or several. Its devices are open from the start. */
export interface Crew {
  descriptions(): readonly string[];
  ledger(): AgentLedger;
  notes(): readonly string[];
  /** Messages that lie in the spool; undefined without one. */
  spooled(): number | undefined;
  ready(): Readiness;
  /** Works until told to stop, or until the packets end; then throws the first thing that went wrong. */
  run(): Promise<void>;
  /** Takes in no more; what came in is still published, for a bounded time. */
  stop(): void;
  /** Gives up on what is not published. */
  abandon(): void;
}

/** Opens the plan's devices, once for each worker. */
export async function openCrew(plan: PipelinePlan, workers: number, log: Log): Promise<Crew> {
  return workers === 1 ? LocalCrew.open(plan, log) : WorkerCrew.open(plan, workers, log);
}
