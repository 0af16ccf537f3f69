import { u16 } from '../../packet/bytes.ts';
import { IpProtocol } from '../../packet/next.ts';
import type { PacketHeaders } from '../../packet/packet-headers.ts';
import type { Meter } from '../meter.ts';
import { addValue, SERIES_WORDS } from '../series.ts';
import { addTraffic, FlowWord, startTraffic, TRAFFIC_WORDS } from '../traffic.ts';
import { addToBulk, BULK_WORDS, RUN_WORDS } from './bulks.ts';

const ACTIVE_START = TRAFFIC_WORDS;
const RUN = ACTIVE_START + 1;

/** Words of a direction, from its start. */
export const CicWayWord = {
  /** Bytes of transport headers. */
  HEADERS: 0,
  /** The first TCP window and 1; 0 where none was seen. */
  WINDOW: 1,
  BULKS: 2,
} as const;
const WAY_WORDS = CicWayWord.BULKS + BULK_WORDS;
export const CIC_FORWARD = RUN + RUN_WORDS;
export const CIC_BACKWARD = CIC_FORWARD + WAY_WORDS;

const REST = CIC_BACKWARD + WAY_WORDS;
/** Words of a flow. */
export const CicWord = {
  SUBFLOWS: REST,
  /** Forward packets with payload. */
  DATA_PACKETS: REST + 1,
  /** Smallest transport header of the forward packets that have one; 0 without any. */
  LEAST_HEADER: REST + 2,
  ACTIVE: REST + 3,
  IDLE: REST + 3 + SERIES_WORDS,
} as const;
const WORDS = CicWord.IDLE + SERIES_WORDS;

/** A longer gap begins another subflow. */
const SUBFLOW_GAP = 1e9;
const WINDOW_AT = 14;
const WINDOW_END = 16;

/** Counts what CICFlowMeter means to. */
export class CicMeter implements Meter {
  readonly words = WORDS;
  /** Longest gap within a time of activity, in nanoseconds. */
  private readonly activityGap: number;

  constructor(activitySeconds: number) {
    this.activityGap = activitySeconds * 1e9;
  }

  begin(record: Float64Array, at: number, h: PacketHeaders): void {
    startTraffic(record, at, h);
    record[at + ACTIVE_START] = h.time;
    record[at + CicWord.SUBFLOWS] = 1;
  }

  packet(record: Float64Array, at: number, h: PacketHeaders, backward: boolean): void {
    const { time, payloadLength, transportLength } = h;
    const way = at + (backward ? CIC_BACKWARD : CIC_FORWARD);
    const gap = addTraffic(record, at, time, payloadLength, h.tcpFlags, backward);
    if (gap > SUBFLOW_GAP) record[at + CicWord.SUBFLOWS]++;
    if (gap > this.activityGap) {
      addValue(record, at + CicWord.ACTIVE, time - gap - record[at + ACTIVE_START]);
      addValue(record, at + CicWord.IDLE, gap);
      record[at + ACTIVE_START] = time;
    }
    record[way + CicWayWord.HEADERS] += transportLength;
    if (record[way + CicWayWord.WINDOW] === 0) record[way + CicWayWord.WINDOW] = windowOf(h) + 1;
    if (payloadLength > 0) {
      addToBulk(record, at + RUN, way + CicWayWord.BULKS, time, payloadLength, backward);
    }
    if (!backward) addForward(record, at, payloadLength, transportLength);
  }

  /** What is active in the end is active until the last packet. */
  end(record: Float64Array, at: number): void {
    addValue(record, at + CicWord.ACTIVE, record[at + FlowWord.LAST] - record[at + ACTIVE_START]);
  }
}

function addForward(record: Float64Array, at: number, payload: number, header: number): void {
  if (payload > 0) record[at + CicWord.DATA_PACKETS]++;
  const least = record[at + CicWord.LEAST_HEADER];
  if (header > 0 && (least === 0 || header < least)) record[at + CicWord.LEAST_HEADER] = header;
}

/** -1 where there is none, or it was cut off. */
function windowOf(h: PacketHeaders): number {
  const { data, transportAt } = h;
  const isThere = h.protocol === IpProtocol.TCP && transportAt >= 0 && h.end - transportAt >= WINDOW_END;
  return isThere ? u16(data, transportAt + WINDOW_AT) : -1;
}
