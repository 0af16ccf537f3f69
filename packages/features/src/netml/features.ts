import { PipelineError } from '@antinex/runtime';
import type { FlowSet } from '../flow/flow-set.ts';
import { positiveQuantile, quantile } from '../numeric/quantile.ts';
import type { BuiltFlows } from './build-flows.ts';
import { FeatureRows } from './feature-rows.ts';
import { columnNames, type FeatureShape, type FeatureType } from './feature-shape.ts';
import { overflow } from './netml-splits.ts';

export interface FeatureOptions {
  readonly type: FeatureType;
  readonly fft?: boolean;
  readonly header?: boolean;
  /** Packets of a flow the columns are for; by default the quantile of packets a flow that made the interval. */
  readonly packets?: number;
  /** Seconds of a window of SAMP_NUM and SAMP_SIZE; by default the 0.3 quantile of the flows' durations. */
  readonly window?: number;
}

/** A table of numbers, row after row. */
export interface FeatureMatrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

const WINDOW_QUANTILE = 0.3;
const DEFAULT_QUANTILE = 0.9;

/** Rows of features of flows: all at once, or one by one so that there is never more than one. */
export class Features {
  readonly flows: FlowSet;
  readonly shape: FeatureShape;
  readonly columns: readonly string[];
  private readonly rows: FeatureRows;

  constructor(flows: FlowSet, shape: FeatureShape, compat?: 'netml') {
    this.flows = flows;
    this.shape = shape;
    this.columns = columnNames(shape);
    this.rows = new FeatureRows(flows, shape, compat === 'netml');
  }

  /** Puts the row of flow `flow` into `out` from `at` on. */
  put(flow: number, out: Float64Array, at = 0): void {
    this.rows.put(flow, out, at);
  }

  /** All rows. */
  matrix(): FeatureMatrix {
    const { size } = this.flows;
    const { width } = this.rows;
    const values = new Float64Array(size * width);
    for (let flow = 0; flow < size; flow++) this.rows.put(flow, values, flow * width);
    return { values, rows: size, columns: width };
  }
}

/**
 * Features of flows, of a shape these flows decide where `options` leave it open.
 *
 * @throws PipelineError NO_FLOWS, FEATURES_INVALID, and with `compat` NETML_FAILS
 */
export function makeFeatures(built: BuiltFlows, options: FeatureOptions): Features {
  const { flows, options: build } = built;
  const { compat, interval, quantile: q = DEFAULT_QUANTILE } = build;
  if (compat === 'netml' && interval !== undefined) {
    throw new PipelineError('NETML_FAILS', {
      error: "AttributeError: 'PCAP' object has no attribute 'q_interval'",
    });
  }
  if (flows.size === 0) throw new PipelineError('NO_FLOWS', { reason: 'none is left' });
  const shape: FeatureShape = {
    type: options.type,
    fft: options.fft ?? false,
    header: options.header ?? false,
    packets: options.packets ?? packetsOf(flows, q, compat),
    window: options.type.startsWith('SAMP') ? (options.window ?? windowOf(flows, compat)) : undefined,
  };
  checkShape(shape);
  return new Features(flows, shape, compat);
}

/** The quantile of packets a flow. Intervals take two packets, so there are never fewer. */
function packetsOf(flows: FlowSet, q: number, compat: 'netml' | undefined): number {
  const packets = Math.floor(quantile(flows.packets.subarray(0, flows.size), q));
  return compat === 'netml' ? packets : Math.max(2, packets);
}

function windowOf(flows: FlowSet, compat: 'netml' | undefined): number {
  const durations = flows.durations();
  if (
    compat === 'netml' &&
    quantile(durations, WINDOW_QUANTILE) === 0 &&
    durations.some((seconds) => seconds > 0)
  ) {
    throw overflow();
  }
  return positiveQuantile(durations, WINDOW_QUANTILE) ?? Number.MAX_VALUE;
}

function checkShape({ packets, window }: FeatureShape): void {
  const problems: string[] = [];
  if (!(Number.isSafeInteger(packets) && packets > 0))
    problems.push(`columns are for at least 1 packet, not ${packets}`);
  if (window !== undefined && !(window > 0)) problems.push(`a window must be longer than 0 s, not ${window}`);
  if (problems.length > 0) throw new PipelineError('FEATURES_INVALID', { problems });
}
