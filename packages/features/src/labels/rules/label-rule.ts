import { KEY_NUMBER } from '../../flow/key-numbers.ts';
import type { AddressSet } from './address-set.ts';
import type { NumberRanges } from './number-ranges.ts';

const { SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT, PROTOCOL } = KEY_NUMBER;

/** What a flow must be for a rule; undefined is no matter. */
export interface Conditions {
  readonly from: AddressSet | undefined;
  readonly to: AddressSet | undefined;
  /** One of both ends. */
  readonly host: AddressSet | undefined;
  readonly sport: NumberRanges | undefined;
  readonly dport: NumberRanges | undefined;
  /** One of both ends. */
  readonly port: NumberRanges | undefined;
  readonly proto: NumberRanges | undefined;
  /** Seconds since 1970; the flow overlaps the time between, ends included. Infinite where there is no end. */
  readonly start: number;
  readonly end: number;
  /** Whether `from`, `to`, `sport` and `dport` may be the other way round, all together. */
  readonly both: boolean;
}

/** A label, and the flows it is for. */
export class LabelRule {
  readonly label: string;
  private readonly conditions: Conditions;

  constructor(label: string, conditions: Conditions) {
    this.label = label;
    this.conditions = conditions;
  }

  /**
   * Whether a flow is meant.
   *
   * @param key as FlowKeys.unpack leaves it
   * @param first @param last times of its first and last packet, seconds since 1970
   */
  matches(key: Uint32Array, first: number, last: number): boolean {
    const { start, end, proto, host, port, both } = this.conditions;
    if (last < start || first > end) return false;
    if (proto !== undefined && !proto.has(key, PROTOCOL)) return false;
    if (host !== undefined && !host.has(key, SOURCE) && !host.has(key, DESTINATION)) return false;
    if (port !== undefined && !port.has(key, SOURCE_PORT) && !port.has(key, DESTINATION_PORT)) return false;
    if (this.goes(key, SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT)) return true;
    return both && this.goes(key, DESTINATION, SOURCE, DESTINATION_PORT, SOURCE_PORT);
  }

  private goes(
    key: Uint32Array,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
  ): boolean {
    const { from, to, sport, dport } = this.conditions;
    if (dport !== undefined && !dport.has(key, destinationPort)) return false;
    if (sport !== undefined && !sport.has(key, sourcePort)) return false;
    if (from !== undefined && !from.has(key, source)) return false;
    return to === undefined || to.has(key, destination);
  }
}
