import type { PacketHeaders } from '../../packet/packet-headers.ts';
import type { Meter } from '../meter.ts';
import { addTraffic, startTraffic, TRAFFIC_WORDS } from '../traffic.ts';
import { SPLIT_WORDS, type SplitPackets } from './split-packets.ts';

/** Which bytes of a packet are its size: the frame on the wire, or from the named layer's header on. */
export const ACCOUNTINGS = ['frame', 'ip', 'transport', 'payload'] as const;
export type Accounting = (typeof ACCOUNTINGS)[number];

const NANOS_PER_MS = 1e6;
const SPLIT = TRAFFIC_WORDS;

/** Counts what NFStream does. */
export class NfstreamMeter implements Meter {
  readonly words = TRAFFIC_WORDS + SPLIT_WORDS;
  private readonly accounting: Accounting;
  private readonly wholeMilliseconds: boolean;
  private readonly split: SplitPackets;

  constructor(accounting: Accounting, wholeMilliseconds: boolean, split: SplitPackets) {
    this.accounting = accounting;
    this.wholeMilliseconds = wholeMilliseconds;
    this.split = split;
  }

  begin(record: Float64Array, at: number, h: PacketHeaders): void {
    startTraffic(record, at, h);
  }

  packet(record: Float64Array, at: number, h: PacketHeaders, backward: boolean): void {
    const time = this.wholeMilliseconds ? Math.floor(h.time / NANOS_PER_MS) * NANOS_PER_MS : h.time;
    const size = this.sizeOf(h);
    const gap = addTraffic(record, at, time, size, h.tcpFlags, backward);
    this.split.add(record, at + SPLIT, gap, size, backward);
  }

  load(record: Float64Array, at: number): void {
    this.split.load(record, at + SPLIT);
  }

  release(record: Float64Array, at: number): void {
    this.split.release(record, at + SPLIT);
  }

  private sizeOf(h: PacketHeaders): number {
    switch (this.accounting) {
      case 'frame':
        return h.originalLength;
      case 'ip':
        return h.wireEnd - h.networkAt;
      case 'transport':
        return h.transportAt >= 0 ? h.wireEnd - h.transportAt : h.payloadLength;
      case 'payload':
        return h.payloadLength;
    }
  }
}
