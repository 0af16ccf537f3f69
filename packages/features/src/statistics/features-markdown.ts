import { STATISTICS_SETS, type StatisticsSet } from './catalogue.ts';
import type { StatisticsColumn } from './column.ts';

/** docs/flow-features.md: every set of flow statistics and its columns, out of the catalogue. */
export function flowFeaturesMarkdown(): string {
  return `${[
    '# Flow statistics',
    'Made by `npm run docs` from the catalogue in `packages/features/src/statistics/catalogue.ts`.',
    'Made of captures by the command `netml` (see [netml](netml.md#tables-of-flows-and-packets)), or in a program by `writeStatistics` and, row by row, `flowStatistics` of `@antinex/features`. Options are named here as programs have them; the command writes them with dashes: `zeroForNone` is `--zero-for-none`.',
    '```\nnetml flows --pcap traffic.pcap --set nfstream --output flows.csv\nnetml flows --pcap traffic.pcap --set cicflowmeter --label labels.csv --output flows.parquet\n```',
    [
      'A row is a flow: the packets of both directions of a conversation. The direction of its first packet is forward (`src` to `dst`).',
      'An empty cell (null, in numpy NaN) means that there is no such value: a mean of no packets, a standard deviation of fewer than two, a rate of no time. `zeroForNone` writes 0 in its place, as the programs do that the names come from.',
      'A standard deviation is that of a sample: the sum of squares is divided by one less than there are values. A packet that is stamped earlier than one before it in the capture counts as 0 since the packet before.',
      'With labels there is one more column, the last: `label`, in the other set `Label`.',
    ].join(' '),
    ...STATISTICS_SETS.map(section),
  ].join('\n\n')}\n`;
}

const section = ({ title, name, notes, columns, perPacket }: StatisticsSet): string =>
  [
    `## ${title} (\`${name}\`)`,
    ...notes,
    `${columns.length} columns:`,
    table(columns),
    ...(perPacket.length === 0
      ? []
      : [
          'With `splt` N (at most 255) there are N more of each of these, numbered from 1:',
          table(perPacket),
        ]),
  ].join('\n\n');

const ROW = ({ name, type, unit, meaning, differs = '' }: StatisticsColumn): string =>
  `| \`${name}\` | ${type} | ${unit} | ${meaning} | ${differs} |`;

const table = (columns: readonly StatisticsColumn[]): string =>
  [
    '| column | type | unit | meaning | the original has |',
    '|---|---|---|---|---|',
    ...columns.map(ROW),
  ].join('\n');
