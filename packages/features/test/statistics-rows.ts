import { LinkType, Packet } from '@antinex/decoder';
import { expect } from 'vitest';
import type { Cell } from '../src/output/table.ts';
import type { StatisticsSetName } from '../src/statistics/catalogue.ts';
import { type FlowStatistics, flowStatistics } from '../src/statistics/flow-statistics.ts';
import type { StatisticsOptions } from '../src/statistics/statistics-options.ts';
import { frameOf, type Segment } from './packets.ts';

export type Row = Readonly<Record<string, Cell>>;

/** Rows by the names of their columns. */
export const named = ({ columns }: FlowStatistics, rows: Iterable<Cell[]>): Row[] =>
  Array.from(rows, (row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));

/** The rows of all flows of packets that come in batches of `size`. */
export function rowsOf(
  set: StatisticsSetName,
  packets: readonly Packet[],
  options: StatisticsOptions = {},
  size = packets.length,
): Row[] {
  const statistics = flowStatistics(set, options);
  const rows: Row[] = [];
  for (let at = 0; at < packets.length; at += size) {
    statistics.add(packets.slice(at, at + size));
    rows.push(...named(statistics, statistics.takeEnded()));
  }
  rows.push(...named(statistics, statistics.finish()));
  return rows;
}

/** Every value of a row, numbers to twelve digits. */
export function expectRow(row: Row, expected: Row): void {
  expect(Object.keys(row)).toEqual(Object.keys(expected));
  expectPart(row, expected);
}

/** The values that are named. */
export function expectPart(row: Row, expected: Row): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = row[name];
    if (typeof value !== 'number') expect(found, name).toBe(value);
    else {
      expect(typeof found, name).toBe('number');
      const error = Math.abs(Number(found) - value);
      expect(error, `${name}: ${found}, not ${value}`).toBeLessThanOrEqual(1e-12 * Math.abs(value));
    }
  }
}

const ETHERNET_AND_IP = 34;
const DATA_OFFSET = 12;
const WINDOW = 14;

export interface TcpShape {
  readonly flags?: string;
  readonly payload?: number;
  readonly window?: number;
  /** Words of TCP options. */
  readonly options?: number;
  /** Bytes that were not captured. */
  readonly cut?: number;
}

const CLIENT: Segment = { from: '10.0.0.1', to: '10.0.0.2', ports: [1000, 80] };
const SERVER: Segment = { from: '10.0.0.2', to: '10.0.0.1', ports: [80, 1000] };

/** Second 0 of the tests, since 1970. */
export const START = 1_500_000_000;

/** A frame at so many milliseconds, to the nanosecond, of which `cut` bytes were not captured. */
export function packetOf(frame: Buffer, milliseconds: number, cut = 0): Packet {
  const seconds = Math.floor(milliseconds / 1000);
  const nanos = Math.round((milliseconds - seconds * 1000) * 1e6);
  const kept = frame.subarray(0, frame.length - cut);
  return new Packet(kept, 0, kept.length, frame.length, LinkType.ETHERNET, START + seconds, nanos, '');
}

function tcp(ends: Segment, milliseconds: number, shape: TcpShape): Packet {
  const { window = 0, options = 0, payload = 0, flags = 'A', cut = 0 } = shape;
  const frame = frameOf({ ...ends, flags, payload: payload + 4 * options });
  frame[ETHERNET_AND_IP + DATA_OFFSET] = (5 + options) << 4;
  frame.writeUInt16BE(window, ETHERNET_AND_IP + WINDOW);
  return packetOf(frame, milliseconds, cut);
}

/** 10.0.0.1:1000 to 10.0.0.2:80, IPv4 without options: 54 bytes of headers. */
export const client = (milliseconds: number, shape: TcpShape = {}): Packet =>
  tcp(CLIENT, milliseconds, shape);

/** The other way. */
export const server = (milliseconds: number, shape: TcpShape = {}): Packet =>
  tcp(SERVER, milliseconds, shape);

export const udp = (milliseconds: number, segment: Partial<Segment> = {}): Packet =>
  packetOf(frameOf({ ...CLIENT, protocol: 'udp', ...segment }), milliseconds);
