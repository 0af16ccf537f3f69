import type { FlowKey } from '../flow/flow-keys.ts';
import type { Labels, NameableFlows } from './labels.ts';

export interface LabelRow {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  /** As it was written. */
  readonly name: string;
  /** Seconds since 1970; undefined where there is no time. */
  readonly start: number | undefined;
  readonly seconds: number;
}

/** How labels find their flows. */
export interface LabelMatching {
  /** Also labels flows whose addresses and ports are the other way round. False by default. */
  readonly reverse?: boolean;
  /** Only labels flows that overlap a row's time, give or take so many seconds; by default time is no matter. */
  readonly withinSeconds?: number;
  /** Times of rows may be 12 hours early. False by default. */
  readonly twelveHours?: boolean;
}

interface Entry {
  readonly name: string;
  readonly start: number | undefined;
  readonly seconds: number;
}

/** Longest text of a label that is kept. */
const MAX_NAME = 100;
const HALF_DAY = 12 * 3600;
const NORMAL = new Set(['benign', 'normal']);

/** Whether a label's text means that all is well: BENIGN or NORMAL in any case, as netml has it. */
export const isNormal = (name: string): boolean => NORMAL.has(name.trim().toLowerCase());

/** Labels by the flows they are for. */
export class FlowLabels implements Labels {
  /** Rows taken in. */
  rows = 0;
  /** Rows that call a flow normal which an earlier one of the same time calls otherwise, or the other way round. */
  conflicts = 0;
  private readonly byKey = new Map<string, Entry[]>();
  private readonly names = new Map<string, string>();
  private readonly matching: LabelMatching;

  constructor(matching: LabelMatching = {}) {
    this.matching = matching;
  }

  /** Takes in a row; of several rows for one flow the last one counts. */
  add(row: LabelRow): void {
    const key = keyOf(row.source, row.destination, row.sourcePort, row.destinationPort, row.protocol);
    const timed = this.matching.withinSeconds !== undefined;
    const entry = { name: this.shared(row.name), start: timed ? row.start : undefined, seconds: row.seconds };
    const entries = this.byKey.get(key);
    this.rows++;
    if (entries === undefined) this.byKey.set(key, [entry]);
    else {
      const same = entries.findIndex(({ start }) => start === entry.start);
      if (same < 0) entries.push(entry);
      else {
        if (isNormal(entries[same].name) !== isNormal(entry.name)) this.conflicts++;
        entries[same] = entry;
      }
    }
  }

  nameOf(flows: NameableFlows, flow: number): string | undefined {
    const { source, destination, sourcePort, destinationPort, protocol } = flows.keyOf(flow);
    const found = this.find(keyOf(source, destination, sourcePort, destinationPort, protocol), flows, flow);
    if (found !== undefined || !this.matching.reverse) return found;
    return this.find(keyOf(destination, source, destinationPort, sourcePort, protocol), flows, flow);
  }

  private find(key: string, flows: NameableFlows, flow: number): string | undefined {
    const entries = this.byKey.get(key);
    const { withinSeconds, twelveHours } = this.matching;
    if (entries === undefined || withinSeconds === undefined) return entries?.[0].name;
    const from = flows.clock.epochSeconds(flows.start[flow]);
    const to = flows.clock.epochSeconds(flows.end[flow]);
    let best: string | undefined;
    let nearest = Number.POSITIVE_INFINITY;
    for (const { name, start, seconds } of entries) {
      if (start === undefined) continue;
      for (const late of twelveHours ? [0, HALF_DAY] : [0]) {
        const begin = start + late;
        const isNear = begin - withinSeconds <= to && begin + seconds + withinSeconds >= from;
        const distance = Math.abs(begin - from);
        if (isNear && distance <= nearest) {
          nearest = distance;
          best = name;
        }
      }
    }
    return best;
  }

  /** Files have few labels and many rows: each text is kept once. */
  private shared(name: string): string {
    const text = name.trim().slice(0, MAX_NAME);
    const known = this.names.get(text);
    if (known === undefined) this.names.set(text, text);
    return known ?? text;
  }
}

const keyOf = (
  source: FlowKey['source'],
  destination: FlowKey['destination'],
  sourcePort: number,
  destinationPort: number,
  protocol: number,
): string => `${source} ${destination} ${sourcePort} ${destinationPort} ${protocol}`;
