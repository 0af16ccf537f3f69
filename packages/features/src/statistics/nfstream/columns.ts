import { FlowEnd } from '../../flow/flow-observer.ts';
import type { Cell } from '../../output/table.ts';
import { COMMON_COLUMNS, column, type ReadColumn } from '../column.ts';
import type { EndedFlow, Side } from '../ended-flow.ts';
import type { SplitPackets } from './split-packets.ts';

const NANOS_PER_MS = 1e6;

const milliseconds = (nanos: number | null): number | null => (nanos === null ? null : nanos / NANOS_PER_MS);

/** A time since 1970. */
const epoch = (flow: EndedFlow, side: Side, time: number): number | null =>
  side.packets === 0 ? null : flow.clock.epochSeconds(0) * 1000 + time / NANOS_PER_MS;

const EXPIRATIONS: Readonly<Record<FlowEnd, number>> = {
  [FlowEnd.IDLE]: 0,
  [FlowEnd.ACTIVE]: 1,
  [FlowEnd.CLOSED]: -1,
  [FlowEnd.EVICTED]: -1,
  [FlowEnd.CAPTURE_END]: 0,
};

const IDENTITY: readonly ReadColumn[] = [
  column(
    'expiration_id',
    'integer',
    '',
    '0: idle time-out or end of the capture, 1: active time-out, -1: ended otherwise (see `end_reason`)',
    (flow) => EXPIRATIONS[flow.reason],
  ),
  column('src_ip', 'text', '', 'Source address of the first packet', ({ key }) => key.source),
  column('src_port', 'integer', '', 'Its source port; 0 without ports', ({ key }) => key.sourcePort),
  column('dst_ip', 'text', '', 'Its destination address', ({ key }) => key.destination),
  column(
    'dst_port',
    'integer',
    '',
    'Its destination port; 0 without ports',
    ({ key }) => key.destinationPort,
  ),
  column('protocol', 'integer', '', 'IP protocol number', ({ key }) => key.protocol),
  column('ip_version', 'integer', '', '4 or 6', ({ key }) => key.ipVersion ?? null),
  column('vlan_id', 'integer', '', 'Innermost VLAN identifier; 0 for none', ({ key }) => key.vlan),
  column(
    'tunnel_id',
    'integer',
    '',
    'Stands for the tunnels around the flow; 0 for none',
    ({ key }) => key.tunnel,
    'a number of the kind of tunnel',
  ),
];

interface SideName {
  readonly prefix: string;
  readonly packets: string;
  readonly of: (flow: EndedFlow) => Side;
}

const SIDES: readonly SideName[] = [
  { prefix: 'bidirectional', packets: 'the packets of both directions', of: (flow) => flow.both },
  { prefix: 'src2dst', packets: 'the packets that go as the first one', of: (flow) => flow.forward },
  { prefix: 'dst2src', packets: 'the packets that go against the first one', of: (flow) => flow.backward },
];

const core = ({ prefix, packets, of }: SideName): ReadColumn[] => [
  column(
    `${prefix}_first_seen_ms`,
    'number',
    'ms',
    `Earliest time of ${packets}, since 1970`,
    (flow) => epoch(flow, of(flow), of(flow).first),
    'whole milliseconds; 0 without packets',
  ),
  column(
    `${prefix}_last_seen_ms`,
    'number',
    'ms',
    `Latest time of ${packets}, since 1970`,
    (flow) => epoch(flow, of(flow), of(flow).last),
    'whole milliseconds; 0 without packets',
  ),
  column(`${prefix}_duration_ms`, 'number', 'ms', 'Time between the two', (flow) =>
    milliseconds(of(flow).duration),
  ),
  column(`${prefix}_packets`, 'integer', '', `Number of ${packets}`, (flow) => of(flow).packets),
  column(`${prefix}_bytes`, 'integer', 'B', `Sizes of ${packets}, added up`, (flow) => of(flow).sizes.sum),
];

const sizes = ({ prefix, packets, of }: SideName): ReadColumn[] => [
  column(`${prefix}_min_ps`, 'integer', 'B', `Smallest size of ${packets}`, (flow) => of(flow).sizes.least),
  column(`${prefix}_mean_ps`, 'number', 'B', `Mean size of ${packets}`, (flow) => of(flow).sizes.mean),
  column(
    `${prefix}_stddev_ps`,
    'number',
    'B',
    `Sample standard deviation of the sizes of ${packets}`,
    (flow) => of(flow).sizes.deviation,
  ),
  column(`${prefix}_max_ps`, 'integer', 'B', `Largest size of ${packets}`, (flow) => of(flow).sizes.greatest),
];

const gaps = ({ prefix, packets, of }: SideName): ReadColumn[] => [
  column(
    `${prefix}_min_piat_ms`,
    'number',
    'ms',
    `Shortest time between one and the next of ${packets}`,
    (flow) => milliseconds(of(flow).gaps.least),
  ),
  column(`${prefix}_mean_piat_ms`, 'number', 'ms', 'Mean of these times', (flow) =>
    milliseconds(of(flow).gaps.mean),
  ),
  column(`${prefix}_stddev_piat_ms`, 'number', 'ms', 'Sample standard deviation of these times', (flow) =>
    milliseconds(of(flow).gaps.deviation),
  ),
  column(`${prefix}_max_piat_ms`, 'number', 'ms', 'Longest of these times', (flow) =>
    milliseconds(of(flow).gaps.greatest),
  ),
];

/** TCP flags in NFStream's order, with their bits. */
const FLAGS = [
  ['syn', 1],
  ['cwr', 7],
  ['ece', 6],
  ['urg', 5],
  ['ack', 4],
  ['psh', 3],
  ['rst', 2],
  ['fin', 0],
] as const;

const flags = ({ prefix, packets, of }: SideName): ReadColumn[] =>
  FLAGS.map(([flag, bit]) =>
    column(
      `${prefix}_${flag}_packets`,
      'integer',
      '',
      `Those of ${packets} that have TCP's ${flag.toUpperCase()} flag`,
      (flow) => of(flow).flags[bit],
    ),
  );

export const NFSTREAM_COLUMNS: readonly ReadColumn[] = [
  ...IDENTITY,
  ...SIDES.flatMap(core),
  ...SIDES.flatMap(sizes),
  ...SIDES.flatMap(gaps),
  ...SIDES.flatMap(flags),
  ...COMMON_COLUMNS,
];

const MISSING = '-1 where the flow has fewer packets';

/** Columns of the first packets, numbered from 1; they read what `split` has loaded. */
export function splitColumns(split: SplitPackets): ReadColumn[] {
  const one = (
    name: string,
    type: ReadColumn['type'],
    unit: string,
    meaning: string,
    read: (i: number) => Cell,
  ): ReadColumn[] =>
    Array.from({ length: split.limit }, (_, i) =>
      column(`${name}_${i + 1}`, type, unit, `${meaning} of packet ${i + 1}; ${MISSING}`, () => read(i)),
    );
  return [
    ...one('splt_direction', 'integer', '', 'Direction (0: src to dst, 1: dst to src)', (i) => {
      return split.directions[i];
    }),
    ...one('splt_ps', 'integer', 'B', 'Size', (i) => split.sizes[i]),
    ...one('splt_piat_ms', 'number', 'ms', 'Time since the packet before (0 for the first)', (i) => {
      return split.gaps[i] < 0 ? split.gaps[i] : split.gaps[i] / NANOS_PER_MS;
    }),
  ];
}
