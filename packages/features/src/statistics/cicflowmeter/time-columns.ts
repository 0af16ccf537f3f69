import { column, type ReadColumn } from '../column.ts';
import type { EndedFlow } from '../ended-flow.ts';
import type { Summary } from '../series.ts';
import { CicWord } from './meter.ts';
import type { SideName } from './sides.ts';
import { micros, perSecond } from './units.ts';

const IN_NO_TIME = 'Infinity or NaN where the duration is 0';

export const RATE_COLUMNS: readonly ReadColumn[] = [
  column(
    'Flow Bytes/s',
    'number',
    'B/s',
    'Payload of all packets by the duration',
    (flow) => perSecond(flow.both.sizes.sum, flow.duration),
    IN_NO_TIME,
  ),
  column(
    'Flow Packets/s',
    'number',
    '1/s',
    'All packets by the duration',
    (flow) => perSecond(flow.both.packets, flow.duration),
    IN_NO_TIME,
  ),
];

const OUT_OF_ORDER = 'below 0 for a packet that was captured late';

/** Statistics of a series of times, in CICFlowMeter's order. */
const times = (
  name: string,
  what: string,
  of: (flow: EndedFlow) => Summary,
  differs?: string,
): ReadColumn[] => [
  column(`${name} Mean`, 'number', 'µs', `Mean of ${what}`, (flow) => micros(of(flow).mean), differs),
  column(`${name} Std`, 'number', 'µs', `Sample standard deviation of ${what}`, (flow) =>
    micros(of(flow).deviation),
  ),
  column(`${name} Max`, 'number', 'µs', `Longest of ${what}`, (flow) => micros(of(flow).greatest)),
  column(`${name} Min`, 'number', 'µs', `Shortest of ${what}`, (flow) => micros(of(flow).least)),
];

/** Times between the packets of a direction. */
export const sideTimeColumns = ({ name, packets, of }: SideName): ReadColumn[] => [
  column(
    `${name} IAT Total`,
    'number',
    'µs',
    `The times between one and the next of the ${packets}, added up`,
    (flow) => micros(of(flow).gaps.sum),
  ),
  ...times(`${name} IAT`, 'these times', (flow) => of(flow).gaps, OUT_OF_ORDER),
];

export const sideRateColumn = ({ name, packets, of }: SideName): ReadColumn =>
  column(
    `${name} Packets/s`,
    'number',
    '1/s',
    `Number of ${packets} by the duration of the flow`,
    (flow) => perSecond(of(flow).packets, flow.duration),
    '0 where the duration is 0',
  );

const ACTIVITY = 'the last time of activity is left out; times are noted twice, so that most are 0';

/** Times between packets of both directions. */
export const GAP_COLUMNS = times(
  'Flow IAT',
  'the times between one packet and the next',
  (flow) => flow.both.gaps,
  OUT_OF_ORDER,
);

export const ACTIVITY_COLUMNS: readonly ReadColumn[] = [
  ...times('Active', 'the times of activity (see above)', (flow) => flow.series(CicWord.ACTIVE), ACTIVITY),
  ...times('Idle', 'the idle times (see above)', (flow) => flow.series(CicWord.IDLE), ACTIVITY),
];
