import { column, type ReadColumn } from '../column.ts';
import type { EndedFlow } from '../ended-flow.ts';
import { BulkWord } from './bulks.ts';
import { CicWayWord, CicWord } from './meter.ts';
import type { SideName } from './sides.ts';
import { perSecond, ratio } from './units.ts';

export const bulkColumns = ({ name, at }: SideName): ReadColumn[] => {
  const word = (flow: EndedFlow, index: number): number => flow.word(at + CicWayWord.BULKS + index);
  const differs = name === 'Fwd' ? 'always 0: all bulks count as backward' : 'forward bulks are among them';
  return [
    column(
      `${name} Avg Bytes/Bulk`,
      'number',
      'B',
      'Mean payload of the bulks of the direction (see above)',
      (flow) => ratio(word(flow, BulkWord.BYTES), word(flow, BulkWord.BULKS)),
      name === 'Fwd' ? differs : 'the forward value, 0',
    ),
    column(
      `${name} Avg Packets/Bulk`,
      'number',
      '',
      'Mean number of packets of these bulks',
      (flow) => ratio(word(flow, BulkWord.PACKETS), word(flow, BulkWord.BULKS)),
      differs,
    ),
    column(
      `${name} Avg Bulk Rate`,
      'number',
      'B/s',
      'Payload of these bulks by the time from first to last packet of each',
      (flow) => perSecond(word(flow, BulkWord.BYTES), word(flow, BulkWord.NANOS)),
      differs,
    ),
  ];
};

const SUBFLOWS = 'every packet counts as a subflow; rounded down to a whole number';

export const subflowColumns = ({ name, packets, of }: SideName): ReadColumn[] => [
  column(
    `Subflow ${name} Packets`,
    'number',
    '',
    `Number of ${packets} by the number of subflows (see above)`,
    (flow) => ratio(of(flow).packets, flow.word(CicWord.SUBFLOWS)),
    SUBFLOWS,
  ),
  column(
    `Subflow ${name} Bytes`,
    'number',
    'B',
    `Payload of the ${packets} by the number of subflows`,
    (flow) => ratio(of(flow).sizes.sum, flow.word(CicWord.SUBFLOWS)),
    SUBFLOWS,
  ),
];
