import type { FlowSet } from '../flow/flow-set.ts';
import { PacketCursor } from '../flow/packet-cursor.ts';
import { FourierTransform } from '../numeric/fourier.ts';
import { type FeatureShape, headerCount, valueCount } from './feature-shape.ts';
import { FlowColumns } from './flow-columns.ts';
import { putHeader } from './header-values.ts';
import { putSamples } from './samples.ts';
import { putStatistics } from './statistics.ts';

/** Makes rows of features of flows, one at a time, into an array of the caller's. */
export class FeatureRows {
  /** Columns of a row. */
  readonly width: number;
  private readonly flows: FlowSet;
  private readonly shape: FeatureShape;
  private readonly isNetml: boolean;
  private readonly columns: FlowColumns;
  private readonly cursor: PacketCursor;
  private readonly headers: number;
  private readonly values: number;
  private readonly headerTransform: FourierTransform | undefined;
  private readonly valueTransform: FourierTransform | undefined;

  constructor(flows: FlowSet, shape: FeatureShape, isNetml: boolean) {
    this.flows = flows;
    this.shape = shape;
    this.isNetml = isNetml;
    this.columns = new FlowColumns(flows);
    this.cursor = new PacketCursor(flows);
    this.headers = headerCount(shape);
    this.values = valueCount(shape);
    this.width = this.headers + this.values;
    if (shape.fft && this.values > 0) this.valueTransform = new FourierTransform(this.values);
    if (shape.fft && this.headers > 0) this.headerTransform = new FourierTransform(this.headers);
  }

  /** Puts the row of a flow from `at` on. */
  put(flow: number, out: Float64Array, at: number): void {
    const { headers, values, valueTransform, headerTransform } = this;
    if (headers > 0) {
      this.cursor.start(flow);
      putHeader(this.cursor, out, at, headers);
    }
    if (values > 0) this.putValues(flow, out, at + headers);
    headerTransform?.transform(out, at);
    valueTransform?.transform(out, at + headers);
  }

  private putValues(flow: number, out: Float64Array, at: number): void {
    switch (this.shape.type) {
      case 'IAT':
        this.putIntervals(flow, out, at, 1);
        break;
      case 'SIZE':
        this.putSizes(flow, out, at);
        break;
      case 'IAT_SIZE':
        this.putBoth(flow, out, at);
        break;
      case 'STATS':
        this.putStatistics(flow, out, at);
        break;
      case 'SAMP_NUM':
        this.putSamples(flow, false, out, at);
        break;
      case 'SAMP_SIZE':
        this.putSamples(flow, true, out, at);
        break;
    }
  }

  /** Seconds between packets, `stride` columns apart; answers the packets there are times of. */
  private putIntervals(flow: number, out: Float64Array, at: number, stride: number): number {
    const { columns, values } = this;
    const { valuesPerSecond } = this.flows.clock;
    const count = columns.takeTimes(flow, Math.ceil(values / stride) + 1);
    const { times } = columns;
    out.fill(0, at, at + values);
    for (let i = 1; i < count; i++) out[at + (i - 1) * stride] = (times[i] - times[i - 1]) / valuesPerSecond;
    return count;
  }

  private putSizes(flow: number, out: Float64Array, at: number): void {
    const { columns, values } = this;
    const count = columns.takeSizes(flow, values);
    out.fill(0, at, at + values);
    for (let i = 0; i < count; i++) out[at + i] = columns.sizes[i];
  }

  /** Intervals and sizes by turns; the last size has no interval in front of it, so it moves up. */
  private putBoth(flow: number, out: Float64Array, at: number): void {
    const { columns, values } = this;
    this.putIntervals(flow, out, at, 2);
    const packets = this.flows.packets[flow];
    const count = columns.takeSizes(flow, Math.ceil(values / 2));
    for (let i = 0; i < count; i++) {
      const column = i === packets - 1 ? 2 * i : 2 * i + 1;
      if (column < values) out[at + column] = columns.sizes[i];
    }
  }

  private putStatistics(flow: number, out: Float64Array, at: number): void {
    const count = this.columns.takeSizes(flow, Number.POSITIVE_INFINITY);
    putStatistics(this.flows.duration(flow), this.columns.sizes, count, out, at);
  }

  private putSamples(flow: number, bySize: boolean, out: Float64Array, at: number): void {
    const { columns, values, shape, isNetml } = this;
    const { valuesPerSecond } = this.flows.clock;
    const count = columns.takeTimes(flow, Number.POSITIVE_INFINITY);
    if (bySize) columns.takeSizes(flow, Number.POSITIVE_INFINITY);
    const { times } = columns;
    if (valuesPerSecond !== 1) {
      const start = times[0];
      for (let i = 0; i < count; i++) times[i] = (times[i] - start) / valuesPerSecond;
    }
    const window = shape.window ?? Number.POSITIVE_INFINITY;
    const amounts = bySize ? columns.sizes : undefined;
    putSamples(times, amounts, count, window, isNetml, out, at, values);
  }
}
