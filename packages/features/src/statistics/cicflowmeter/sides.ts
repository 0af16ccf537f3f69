import type { EndedFlow, Side } from '../ended-flow.ts';
import { CIC_BACKWARD, CIC_FORWARD } from './meter.ts';

/** A direction. */
export interface SideName {
  /** As the columns name it. */
  readonly name: 'Fwd' | 'Bwd';
  readonly packets: string;
  readonly of: (flow: EndedFlow) => Side;
  /** Where its words begin in a record. */
  readonly at: number;
}

export const FWD: SideName = {
  name: 'Fwd',
  packets: 'forward packets (those that go as the first one)',
  of: (flow) => flow.forward,
  at: CIC_FORWARD,
};
export const BWD: SideName = {
  name: 'Bwd',
  packets: 'backward packets (those that go against the first one)',
  of: (flow) => flow.backward,
  at: CIC_BACKWARD,
};
