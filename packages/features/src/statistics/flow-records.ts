import { FlowKeys } from '../flow/flow-keys.ts';
import type { FlowEnd, FlowObserver } from '../flow/flow-observer.ts';
import { grown } from '../flow/growing.ts';
import type { PacketHeaders } from '../packet/packet-headers.ts';
import type { Meter } from './meter.ts';
import { FlowWord } from './traffic.ts';

/** Records of a segment. Memory grows by segments: nothing is copied to a larger place. */
const SEGMENT_SHIFT = 10;
const SEGMENT = 1 << SEGMENT_SHIFT;
const SEGMENT_MASK = SEGMENT - 1;
const NONE = -1;

interface Segment {
  readonly words: Float64Array;
  readonly keys: FlowKeys;
}

/** An ended flow's record; good until the next one is asked for. */
export interface EndedRecord {
  readonly words: Float64Array;
  readonly at: number;
  readonly keys: FlowKeys;
  readonly key: number;
}

/**
 * Keeps a record of each flow, while it is open and until it is taken: the meter's words, 48 bytes of key,
 * and 8 bytes.
 */
export class FlowRecords implements FlowObserver {
  private readonly meter: Meter;
  private readonly segments: Segment[] = [];
  /** The record of each slot. */
  private records = new Int32Array(0);
  /** The next record: of the free ones, or of those whose flows have ended. */
  private next = new Int32Array(0);
  private free = NONE;
  private oldest = NONE;
  private newest = NONE;

  constructor(meter: Meter) {
    this.meter = meter;
  }

  resize(capacity: number): void {
    this.records = grown(this.records, capacity);
  }

  begin(slot: number, h: PacketHeaders): void {
    if (this.free === NONE) this.addSegment();
    const record = this.free;
    this.free = this.next[record];
    this.records[slot] = record;
    const { words } = this.segments[record >> SEGMENT_SHIFT];
    const at = this.wordOf(record);
    words.fill(0, at, at + this.meter.words);
    this.meter.begin(words, at, h);
  }

  packet(slot: number, h: PacketHeaders, backward: boolean): void {
    const record = this.records[slot];
    this.meter.packet(this.segments[record >> SEGMENT_SHIFT].words, this.wordOf(record), h, backward);
  }

  end(slot: number, reason: FlowEnd, keys: FlowKeys): void {
    const record = this.records[slot];
    const segment = this.segments[record >> SEGMENT_SHIFT];
    const at = this.wordOf(record);
    segment.keys.copy(record & SEGMENT_MASK, keys, slot);
    segment.words[at + FlowWord.REASON] = reason;
    this.meter.end?.(segment.words, at);
    if (this.oldest === NONE) this.oldest = record;
    else this.next[this.newest] = record;
    this.newest = record;
    this.next[record] = NONE;
  }

  /** The flows that have ended, in the order of their ends; each is forgotten behind it. */
  *takeEnded(): Generator<EndedRecord, void> {
    while (this.oldest !== NONE) {
      const record = this.oldest;
      this.oldest = this.next[record];
      const { words, keys } = this.segments[record >> SEGMENT_SHIFT];
      const at = this.wordOf(record);
      try {
        yield { words, at, keys, key: record & SEGMENT_MASK };
      } finally {
        this.meter.release?.(words, at);
        this.next[record] = this.free;
        this.free = record;
      }
    }
  }

  private wordOf(record: number): number {
    return (record & SEGMENT_MASK) * this.meter.words;
  }

  private addSegment(): void {
    const first = this.segments.length << SEGMENT_SHIFT;
    this.segments.push({
      words: new Float64Array(SEGMENT * this.meter.words),
      keys: new FlowKeys(SEGMENT),
    });
    if (this.next.length < first + SEGMENT) this.next = grown(this.next, 2 * (first + SEGMENT));
    for (let record = first + SEGMENT - 1; record >= first; record--) {
      this.next[record] = this.free;
      this.free = record;
    }
  }
}
