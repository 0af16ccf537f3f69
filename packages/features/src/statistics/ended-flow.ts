import { communityId } from '../community-id/community-id.ts';
import type { Clock } from '../flow/clock.ts';
import type { FlowKey } from '../flow/flow-keys.ts';
import type { FlowEnd } from '../flow/flow-observer.ts';
import type { Labels } from '../labels/labels.ts';
import type { EndedRecord } from './flow-records.ts';
import { Summary } from './series.ts';
import { BACKWARD, FlowWord, FORWARD, WayWord } from './traffic.ts';

/** The packets of one direction, or of both. */
export class Side {
  first = 0;
  last = 0;
  readonly sizes = new Summary();
  readonly gaps = new Summary();
  /** Packets with each TCP flag, by bit. */
  readonly flags = new Float64Array(8);

  get packets(): number {
    return this.sizes.count;
  }

  /** Nanoseconds; null without packets. */
  get duration(): number | null {
    return this.packets > 0 ? this.last - this.first : null;
  }

  load(words: Float64Array, at: number): void {
    this.first = words[at + WayWord.FIRST];
    this.last = words[at + WayWord.LAST];
    this.sizes.load(words, at + WayWord.SIZES);
    this.gaps.load(words, at + WayWord.GAPS);
    for (let bit = 0; bit < this.flags.length; bit++) this.flags[bit] = words[at + WayWord.FLAGS + bit];
  }
}

/** A flow that has ended, as columns read it: one object for flow after flow. */
export class EndedFlow {
  key!: FlowKey;
  readonly clock: Clock;
  readonly both = new Side();
  readonly forward = new Side();
  readonly backward = new Side();
  private readonly seed: number;
  private record!: EndedRecord;

  constructor(clock: Clock, seed: number) {
    this.clock = clock;
    this.seed = seed;
  }

  load(record: EndedRecord): void {
    const { words, at, keys, key } = record;
    const { both, forward, backward } = this;
    this.record = record;
    this.key = keys.read(key);
    forward.load(words, at + FORWARD);
    backward.load(words, at + BACKWARD);
    both.first = words[at + FlowWord.FIRST];
    both.last = words[at + FlowWord.LAST];
    both.gaps.load(words, at + FlowWord.GAPS);
    both.sizes.merge(forward.sizes, backward.sizes);
    for (let bit = 0; bit < both.flags.length; bit++) {
      both.flags[bit] = forward.flags[bit] + backward.flags[bit];
    }
  }

  get reason(): FlowEnd {
    return this.word(FlowWord.REASON) as FlowEnd;
  }

  /** Nanoseconds between the first and the last packet. */
  get duration(): number {
    return this.both.last - this.both.first;
  }

  /** Of the first packet; null where its type is not known. */
  get communityId(): string | null {
    const { keys, key } = this.record;
    const icmp = this.word(FlowWord.ICMP);
    const { protocol, sourcePort, destinationPort } = this.key;
    return communityId(
      {
        source: keys.address(key, 'source'),
        destination: keys.address(key, 'destination'),
        protocol,
        sourcePort,
        destinationPort,
        icmpType: icmp < 0 ? undefined : icmp >> 8,
        icmpCode: icmp & 255,
      },
      this.seed,
    );
  }

  /** Its label; null for none. */
  labelBy(labels: Labels): string | null {
    const { clock, both, key } = this;
    const { keys, key: number } = this.record;
    const alone = { clock, keys, key: [number], start: [both.first], end: [both.last], keyOf: () => key };
    return labels.nameOf(alone, 0) ?? null;
  }

  /** A word of the flow's record. */
  word(index: number): number {
    return this.record.words[this.record.at + index];
  }

  /** A series of its record. */
  series(index: number): Summary {
    const summary = new Summary();
    summary.load(this.record.words, this.record.at + index);
    return summary;
  }
}
