import type { FlowSet } from '../flow/flow-set.ts';

/** Knows what flows are called. */
export interface Labels {
  /** The label of a flow as it was written; undefined for none. */
  nameOf(flows: FlowSet, flow: number): string | undefined;
}

/** Labels of several sources: of a flow that several name, the first one counts. */
export class LabelsInTurn implements Labels {
  private readonly sources: readonly Labels[];

  constructor(sources: readonly Labels[]) {
    this.sources = sources;
  }

  nameOf(flows: FlowSet, flow: number): string | undefined {
    for (const source of this.sources) {
      const name = source.nameOf(flows, flow);
      if (name !== undefined) return name;
    }
    return undefined;
  }
}
