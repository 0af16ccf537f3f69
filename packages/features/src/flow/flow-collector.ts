import { PipelineError } from '@antinex/runtime';
import { classify } from '../packet/classify.ts';
import type { PacketHeaders } from '../packet/packet-headers.ts';
import { readHeaders } from '../packet/read-headers.ts';
import { Clock, type ClockKind } from './clock.ts';
import { type FlowRules, type FlowTableOptions, flowRules } from './flow-options.ts';
import { FlowRecorder, type Lengths } from './flow-recorder.ts';
import type { FlowSet } from './flow-set.ts';
import { type FlowCounts, FlowTable, type HeaderReader } from './flow-table.ts';
import type { PacketBatch } from './packet-batch.ts';

export interface CollectOptions extends FlowTableOptions {
  /** What the size of a packet is: on the wire (default), or captured. */
  readonly lengths?: Lengths;
  /** Packets to hold at once, at 9 bytes each (22 if long apart); 100,000,000 by default. */
  readonly maxPackets?: number;
}

const DEFAULT_MAX_PACKETS = 100_000_000;

/** A reader of headers and a clock other than the usual ones. */
export interface Reading {
  readonly read: HeaderReader;
  readonly clock: ClockKind;
}

/** Reads down to the innermost packet, or with `outer` to the outermost one. */
export const readInnermost = (h: PacketHeaders, linkType: number, rules: FlowRules) => {
  readHeaders(h, linkType, rules.outer);
  return classify(h, rules.allProtocols);
};
const USUAL: Reading = { read: readInnermost, clock: 'exact' };

/** Packets in, flows with their packets out: all at the end, or as they end. */
export class FlowCollector {
  private readonly table: FlowTable;
  private readonly recorder: FlowRecorder;
  private readonly maxPackets: number;
  private taking = false;

  constructor(options: CollectOptions = {}, reading: Reading = USUAL) {
    const clock = new Clock(reading.clock);
    this.recorder = new FlowRecorder(clock, options.lengths ?? 'wire');
    this.table = new FlowTable(this.recorder, clock, flowRules(options, clock.perSecond), reading.read);
    this.maxPackets = options.maxPackets ?? DEFAULT_MAX_PACKETS;
  }

  get counts(): Readonly<FlowCounts> {
    return this.table.counts;
  }

  /** @throws PipelineError TOO_MANY_PACKETS unless ended flows are taken out as they end */
  add(batch: PacketBatch): void {
    if ('capturedLength' in batch) this.table.addRecords(batch);
    else this.table.addPackets(batch);
    this.makeRoom();
  }

  /** Ends flows that have waited long enough, when no packets come: `seconds` and `nanos` are the time now. */
  expire(seconds: number, nanos: number): void {
    this.table.expire(this.table.clock.read(seconds, nanos));
  }

  /**
   * The flows that have ended since the last call, in the order of their ends. Give them back with
   * `release` when they are done with; from the first call on, flows also end early to keep within
   * `maxPackets`.
   */
  takeEnded(): FlowSet {
    this.taking = true;
    return this.recorder.takeEnded();
  }

  release(flows: FlowSet): void {
    this.recorder.release(flows);
  }

  /** The capture has ended: every flow not yet taken, in the order of first packets. */
  finish(): FlowSet {
    this.table.flush();
    return this.taking ? this.recorder.takeEnded() : this.recorder.takeAll();
  }

  private makeRoom(): void {
    const { recorder, table, maxPackets } = this;
    if (recorder.heldPackets <= maxPackets) return;
    if (!this.taking) throw new PipelineError('TOO_MANY_PACKETS', { limit: maxPackets });
    while (recorder.openPackets > maxPackets && table.evictOldest());
  }
}
