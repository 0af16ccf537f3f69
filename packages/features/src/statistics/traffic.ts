import type { PacketHeaders } from '../packet/packet-headers.ts';
import { addValue, SERIES_WORDS } from './series.ts';

/** Words of a flow's record that every set has. Times are nanoseconds of the flow table's clock. */
export const FlowWord = {
  FIRST: 0,
  LAST: 1,
  /** Type * 256 + code of the first packet; -1 where it is no ICMP packet. */
  ICMP: 2,
  /** Why the flow ended. */
  REASON: 3,
  /** Times between packets, of whatever direction. */
  GAPS: 4,
} as const;

const TCP_FLAGS = 8;
/** Words of each direction, from its start. */
export const WayWord = {
  FIRST: 0,
  LAST: 1,
  /** Packets with each TCP flag, from FIN (bit 0) to CWR (bit 7). */
  FLAGS: 2,
  GAPS: 2 + TCP_FLAGS,
  SIZES: 2 + TCP_FLAGS + SERIES_WORDS,
} as const;

const WAY_WORDS = WayWord.SIZES + SERIES_WORDS;
export const FORWARD = FlowWord.GAPS + SERIES_WORDS;
export const BACKWARD = FORWARD + WAY_WORDS;
/** A set's own words come behind these. */
export const TRAFFIC_WORDS = BACKWARD + WAY_WORDS;

/** A flow begins with a packet; all words of its record are 0. */
export function startTraffic(record: Float64Array, at: number, h: PacketHeaders): void {
  record[at + FlowWord.ICMP] = h.icmpType < 0 ? -1 : h.icmpType * 256 + h.icmpCode;
}

/**
 * Counts a packet. Answers the time since the one before, which is 0 where the packet is the first one, or
 * is stamped earlier than one that was read before it.
 */
export function addTraffic(
  record: Float64Array,
  at: number,
  time: number,
  size: number,
  tcpFlags: number,
  backward: boolean,
): number {
  const way = at + (backward ? BACKWARD : FORWARD);
  const isFirst = record[at + FORWARD + WayWord.SIZES] === 0;
  const gap = isFirst ? begin(record, at, time) : follow(record, at, FlowWord.GAPS, time);
  if (record[way + WayWord.SIZES] === 0) begin(record, way, time);
  else follow(record, way, WayWord.GAPS, time);
  addValue(record, way + WayWord.SIZES, size);
  for (let flags = tcpFlags; flags !== 0; flags &= flags - 1) {
    record[way + WayWord.FLAGS + 31 - Math.clz32(flags & -flags)]++;
  }
  return gap;
}

/** First and last time are the first words of a flow and of a direction alike. */
function begin(record: Float64Array, at: number, time: number): number {
  record[at + FlowWord.FIRST] = time;
  record[at + FlowWord.LAST] = time;
  return 0;
}

function follow(record: Float64Array, at: number, gaps: number, time: number): number {
  const gap = Math.max(0, time - record[at + FlowWord.LAST]);
  addValue(record, at + gaps, gap);
  if (gap > 0) record[at + FlowWord.LAST] = time;
  else if (time < record[at + FlowWord.FIRST]) record[at + FlowWord.FIRST] = time;
  return gap;
}
