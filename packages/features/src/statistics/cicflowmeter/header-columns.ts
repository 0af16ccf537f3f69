import { column, type ReadColumn } from '../column.ts';
import type { EndedFlow } from '../ended-flow.ts';
import { CIC_BACKWARD, CIC_FORWARD, CicWayWord, CicWord } from './meter.ts';
import { BWD, FWD, type SideName } from './sides.ts';

const PSH = 3;
const URG = 5;
const FIRST_ONLY = 'only the first packet of the flow is looked at';

const sideFlags = (flag: string, bit: number): ReadColumn[] =>
  [FWD, BWD].map(({ name, packets, of }) =>
    column(
      `${name} ${flag} Flags`,
      'integer',
      '',
      `Number of ${packets} with ${flag}`,
      (flow) => of(flow).flags[bit],
      FIRST_ONLY,
    ),
  );

/** TCP flags of each direction. */
export const SIDE_FLAG_COLUMNS = [...sideFlags('PSH', PSH), ...sideFlags('URG', URG)];

export const headerColumn = ({ name, packets, at }: SideName): ReadColumn =>
  column(
    `${name} Header Length`,
    'integer',
    'B',
    `Transport headers (TCP with options, UDP) of the ${packets}`,
    (flow) => flow.word(at + CicWayWord.HEADERS),
    'below 0 where it passes 2^31; stands in the table twice',
  );

/** The data sets write CWE for CWR. */
const FLAGS = [
  ['FIN', 'FIN', 0],
  ['SYN', 'SYN', 1],
  ['RST', 'RST', 2],
  ['PSH', 'PSH', PSH],
  ['ACK', 'ACK', 4],
  ['URG', 'URG', URG],
  ['CWE', 'CWR', 7],
  ['ECE', 'ECE', 6],
] as const;

/** TCP flags of both directions. */
export const FLAG_COLUMNS = FLAGS.map(([name, flag, bit]) =>
  column(
    `${name} Flag Count`,
    'integer',
    '',
    `Packets of both directions with ${flag}`,
    (flow) => flow.both.flags[bit],
    'in CICIDS2017 the counts stand under names of other flags, and are 0 or 1',
  ),
);

const atLeastOne = (value: number): number | null => (value > 0 ? value : null);

const window = (flow: EndedFlow, at: number): number | null => {
  const stored = flow.word(at + CicWayWord.WINDOW);
  return stored > 0 ? stored - 1 : null;
};

/** TCP windows, and forward packets' headers and payload. */
export const START_COLUMNS: readonly ReadColumn[] = [
  column(
    'Init_Win_bytes_forward',
    'integer',
    'B',
    'TCP window of the first forward packet, unscaled',
    (flow) => window(flow, CIC_FORWARD),
    '-1 or 0 without TCP',
  ),
  column(
    'Init_Win_bytes_backward',
    'integer',
    'B',
    'TCP window of the first backward packet, unscaled',
    (flow) => window(flow, CIC_BACKWARD),
    'that of the last one; -1 or 0 without TCP',
  ),
  column(
    'act_data_pkt_fwd',
    'integer',
    '',
    'Forward packets with payload',
    (flow) => flow.word(CicWord.DATA_PACKETS),
    'without the first packet',
  ),
  column('min_seg_size_forward', 'integer', 'B', 'Smallest transport header of the forward packets', (flow) =>
    atLeastOne(flow.word(CicWord.LEAST_HEADER)),
  ),
];
