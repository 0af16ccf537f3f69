import type { Clock } from '../flow/clock.ts';
import type { FlowKey, FlowKeys } from '../flow/flow-keys.ts';

/** What labels look at of flows; a FlowSet has it. */
export interface NameableFlows {
  readonly clock: Clock;
  readonly keys: FlowKeys;
  /** Number of each flow's key among `keys`. */
  readonly key: ArrayLike<number>;
  /** Times of the first and the last packet, in the clock's unit. */
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  keyOf(flow: number): FlowKey;
}

/** Knows what flows are called. */
export interface Labels {
  /** The label of a flow as it was written; undefined for none. */
  nameOf(flows: NameableFlows, flow: number): string | undefined;
}

/** Labels of several sources: of a flow that several name, the first one counts. */
export class LabelsInTurn implements Labels {
  private readonly sources: readonly Labels[];

  constructor(sources: readonly Labels[]) {
    this.sources = sources;
  }

  nameOf(flows: NameableFlows, flow: number): string | undefined {
    for (const source of this.sources) {
      const name = source.nameOf(flows, flow);
      if (name !== undefined) return name;
    }
    return undefined;
  }
}
