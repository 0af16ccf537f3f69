import { createReadStream } from 'node:fs';
import { isIPv6, SocketAddress } from 'node:net';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import { FlowLabels, type LabelMatching } from './flow-labels.ts';
import { findColumns, findNetmlColumns, type LabelColumns } from './label-columns.ts';
import { type LabelClock, parseLabelTime } from './label-time.ts';
import { protocolNamed } from './protocols.ts';

export interface LabelOptions extends LabelMatching, LabelClock {
  /** Only the column names netml knows, and no matching of times or directions. */
  readonly compat?: 'netml';
}

const MICROSECONDS = 1e6;

/**
 * Reads the labels of flows from a CSV file as netml takes it, which is that of CICIDS 2017: the columns
 * Source IP, Destination IP, Source Port, Destination Port, Protocol and Label, with or without the space
 * in front, under the names of later versions too. With Timestamp and Flow Duration (in microseconds) rows
 * can be matched by time. Rows without a label, or with numbers that are none, are passed over.
 *
 * @throws PipelineError LABELS_UNUSABLE, NETML_FAILS with `compat`, or as of a file that cannot be read
 */
export async function loadLabels(path: string, options: LabelOptions = {}): Promise<FlowLabels> {
  const isNetml = options.compat === 'netml';
  const labels = new FlowLabels(isNetml ? {} : options);
  let columns: LabelColumns | undefined;
  try {
    for await (const row of rowsOf(path)) {
      if (columns === undefined) {
        columns = isNetml ? findNetmlColumns(row) : findColumns(row, path);
        if (options.withinSeconds !== undefined && !isNetml) needTimes(columns, path);
      } else addRow(labels, row, columns, options);
    }
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
  if (columns === undefined) throw new PipelineError('LABELS_UNUSABLE', { path, reason: 'it is empty' });
  return labels;
}

async function* rowsOf(path: string): AsyncGenerator<string[]> {
  // Loaded where it is needed: most programs have no labels.
  const { default: Papa } = await import('papaparse');
  const file = createReadStream(path);
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { skipEmptyLines: true });
  file.on('error', (error) => parser.destroy(error));
  try {
    yield* file.pipe(parser) as AsyncIterable<string[]>;
  } finally {
    file.destroy();
  }
}

function needTimes({ timestamp }: LabelColumns, path: string): void {
  if (timestamp < 0) {
    throw new PipelineError('LABELS_UNUSABLE', {
      path,
      reason: 'it has no column "Timestamp" to match times with',
    });
  }
}

function addRow(labels: FlowLabels, row: string[], columns: LabelColumns, clock: LabelClock): void {
  const name = row[columns.label];
  const sourcePort = portOf(row[columns.sourcePort]);
  const destinationPort = portOf(row[columns.destinationPort]);
  const protocol = protocolOf(row[columns.protocol]);
  if (!name?.trim() || sourcePort < 0 || destinationPort < 0 || protocol < 0) return;
  const duration = Number(row[columns.duration] ?? 0) / MICROSECONDS;
  labels.add({
    source: addressOf(row[columns.source]),
    destination: addressOf(row[columns.destination]),
    sourcePort,
    destinationPort,
    protocol,
    name,
    start: columns.timestamp < 0 ? undefined : parseLabelTime(row[columns.timestamp] ?? '', clock),
    seconds: Number.isFinite(duration) ? Math.max(0, duration) : 0,
  });
}

/** A whole number, also written as pandas writes it where a column has gaps: `80.0`. */
function portOf(text = ''): number {
  return /^\s*\d+(\.0*)?\s*$/.test(text) ? Number(text) : -1;
}

function protocolOf(text = ''): number {
  return protocolNamed(text) ?? portOf(text);
}

/** IPv6 addresses have many spellings; the flows' is the shortest. */
function addressOf(text = ''): string {
  const [address] = text.trim().split('%');
  return isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}
