import { column, type ReadColumn } from '../column.ts';
import { BWD, FWD, type SideName } from './sides.ts';
import { ratio } from './units.ts';

const PADDING = 'the padding of short Ethernet frames counts as payload';

/** Packets and payloads of each direction. */
export const TOTAL_COLUMNS: readonly ReadColumn[] = [
  column('Total Fwd Packets', 'integer', '', `Number of ${FWD.packets}`, (flow) => flow.forward.packets),
  column(
    'Total Backward Packets',
    'integer',
    '',
    `Number of ${BWD.packets}`,
    (flow) => flow.backward.packets,
  ),
  column(
    'Total Length of Fwd Packets',
    'integer',
    'B',
    'Payload of the forward packets',
    (flow) => flow.forward.sizes.sum,
    PADDING,
  ),
  column(
    'Total Length of Bwd Packets',
    'integer',
    'B',
    'Payload of the backward packets',
    (flow) => flow.backward.sizes.sum,
    PADDING,
  ),
];

export const lengthColumns = ({ name, packets, of }: SideName): ReadColumn[] => [
  column(`${name} Packet Length Max`, 'integer', 'B', `Largest payload of the ${packets}`, (flow) => {
    return of(flow).sizes.greatest;
  }),
  column(`${name} Packet Length Min`, 'integer', 'B', `Smallest payload of the ${packets}`, (flow) => {
    return of(flow).sizes.least;
  }),
  column(`${name} Packet Length Mean`, 'number', 'B', `Mean payload of the ${packets}`, (flow) => {
    return of(flow).sizes.mean;
  }),
  column(
    `${name} Packet Length Std`,
    'number',
    'B',
    'Sample standard deviation of these payloads',
    (flow) => {
      return of(flow).sizes.deviation;
    },
  ),
];

const TWICE = 'the first packet counts twice';

/** Payloads of both directions. */
export const LENGTH_COLUMNS: readonly ReadColumn[] = [
  column('Min Packet Length', 'integer', 'B', 'Smallest payload of all packets', (flow) => {
    return flow.both.sizes.least;
  }),
  column('Max Packet Length', 'integer', 'B', 'Largest payload of all packets', (flow) => {
    return flow.both.sizes.greatest;
  }),
  column(
    'Packet Length Mean',
    'number',
    'B',
    'Mean payload of all packets',
    (flow) => flow.both.sizes.mean,
    TWICE,
  ),
  column(
    'Packet Length Std',
    'number',
    'B',
    'Sample standard deviation of the payloads of all packets',
    (flow) => flow.both.sizes.deviation,
    TWICE,
  ),
  column(
    'Packet Length Variance',
    'number',
    'B²',
    'Sample variance of the payloads of all packets',
    (flow) => flow.both.sizes.variance,
    TWICE,
  ),
];

/** Means that have names of their own. */
export const MEAN_COLUMNS: readonly ReadColumn[] = [
  column(
    'Down/Up Ratio',
    'number',
    '',
    'Backward packets by forward packets',
    (flow) => ratio(flow.backward.packets, flow.forward.packets),
    'rounded down to a whole number',
  ),
  column(
    'Average Packet Size',
    'number',
    'B',
    'Packet Length Mean by another name',
    (flow) => flow.both.sizes.mean,
    TWICE,
  ),
  column('Avg Fwd Segment Size', 'number', 'B', 'Fwd Packet Length Mean by another name', (flow) => {
    return flow.forward.sizes.mean;
  }),
  column('Avg Bwd Segment Size', 'number', 'B', 'Bwd Packet Length Mean by another name', (flow) => {
    return flow.backward.sizes.mean;
  }),
];
