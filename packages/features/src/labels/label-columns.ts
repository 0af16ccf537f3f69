import { PipelineError } from '@antinex/runtime';

/** Where in a row of a label file its values stand; -1 for none. */
export interface LabelColumns {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly label: number;
  readonly timestamp: number;
  readonly duration: number;
}

/** Names as CICFlowMeter wrote them over the years, without case, spaces and signs. */
const NAMES = {
  source: ['sourceip', 'srcip', 'sourceaddress', 'srcaddr'],
  destination: ['destinationip', 'dstip', 'destip', 'destinationaddress', 'dstaddr'],
  sourcePort: ['sourceport', 'srcport', 'sport'],
  destinationPort: ['destinationport', 'dstport', 'destport', 'dport'],
  protocol: ['protocol', 'proto'],
  label: ['label'],
  timestamp: ['timestamp'],
  duration: ['flowduration'],
} as const satisfies Record<keyof LabelColumns, readonly string[]>;

/** The names netml looks for; the space in front belongs to them. */
const NETML_NAMES = {
  source: ' Source IP',
  destination: ' Destination IP',
  sourcePort: ' Source Port',
  destinationPort: ' Destination Port',
  protocol: ' Protocol',
  label: ' Label',
} as const;

const NEEDED = ['source', 'destination', 'sourcePort', 'destinationPort', 'protocol', 'label'] as const;

/**
 * Finds the columns by the first row of a label file.
 *
 * @throws PipelineError LABELS_UNUSABLE
 */
export function findColumns(header: readonly string[], path: string): LabelColumns {
  const plain = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const at = (names: readonly string[]) => plain.findIndex((name) => names.includes(name));
  const columns = Object.fromEntries(
    Object.entries(NAMES).map(([column, names]) => [column, at(names)]),
  ) as unknown as LabelColumns;
  const missing = NEEDED.filter((column) => columns[column] < 0);
  if (missing.length === 0) return columns;
  throw new PipelineError('LABELS_UNUSABLE', {
    path,
    reason: `its first row has no column ${missing.map((column) => `"${NETML_NAMES[column].trim()}"`).join(', ')}`,
  });
}

/**
 * The same as netml does it, which knows one name of each.
 *
 * @throws PipelineError NETML_FAILS
 */
export function findNetmlColumns(header: readonly string[]): LabelColumns {
  const at = (column: (typeof NEEDED)[number]) => {
    const found = header.indexOf(NETML_NAMES[column]);
    if (found < 0) throw new PipelineError('NETML_FAILS', { error: `KeyError: '${NETML_NAMES[column]}'` });
    return found;
  };
  return {
    source: at('source'),
    destination: at('destination'),
    sourcePort: at('sourcePort'),
    destinationPort: at('destinationPort'),
    protocol: at('protocol'),
    label: at('label'),
    timestamp: -1,
    duration: -1,
  };
}
