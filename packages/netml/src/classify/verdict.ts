import { withoutControls } from '@antinex/runtime';
import type { FlowCells } from '../table/feature-table.ts';

/** What is said of a flow. */
export interface Verdict {
  /** Who spoke with whom, as far as known, by the names of a feature file's columns. */
  readonly flow: FlowCells;
  /** Seconds since 1970. */
  readonly end?: number;
  readonly packets?: number;
  readonly score: number;
  readonly anomaly: boolean;
  /** As the label file has it. */
  readonly label?: string | undefined;
}

const RED = '\u001b[31m';
const PLAIN = '\u001b[39m';
const MILLION = 1e6;
/** The last second that a date can hold. */
const LAST_SECOND = 8.64e12;
const PROTOCOLS: Readonly<Record<string, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMPV6',
  132: 'SCTP',
};

/** A line for people, as netml has it, and the score: what is not known is left out. Times are UTC. */
export function verdictText(
  { flow, end, score, anomaly, label }: Verdict,
  row: number,
  colour: boolean,
): string {
  const word = anomaly ? 'ANOMALY' : 'NORMAL';
  const shown = colour && anomaly ? `${RED}${word}${PLAIN}` : word;
  const named = label === undefined ? '' : ` (${label})`;
  const protocol = flow.protocol ?? undefined;
  const kind = protocol === undefined ? '' : ` [${PROTOCOLS[String(protocol)] ?? protocol}]`;
  const known = withoutControls(`${whenText(flow.start, end)}${whoText(flow, row)}${kind}`);
  return `${known} ${shown} ${Number(score.toPrecision(6))}${withoutControls(named)}\n`;
}

/** A line for programs. Scores may be infinite: JSON has the largest number for that. */
export function verdictJson({ flow, end, packets, score, anomaly, label }: Verdict): string {
  const { source, destination, ...others } = flow;
  const isKnown = source !== '';
  return `${JSON.stringify({
    ...(isKnown ? flow : { start: others.start, source: null, destination: null }),
    end,
    packets,
    score: Math.max(-Number.MAX_VALUE, Math.min(score, Number.MAX_VALUE)),
    verdict: anomaly ? 'anomaly' : 'normal',
    label,
  })}\n`;
}

function whoText({ source, source_port, destination, destination_port }: FlowCells, row: number): string {
  if (source === undefined) return `row ${row}`;
  // netml's one flow of all that is not IPv4.
  if (source === '') return 'not IPv4';
  const end = (address: FlowCells['source'], port: FlowCells['source_port']) => {
    const text = String(address ?? '?');
    return `${text.includes(':') ? `[${text}]` : text}:${port ?? '?'}`;
  };
  return `${end(source, source_port)} → ${end(destination, destination_port)}`;
}

function whenText(start: FlowCells['start'], end: number | undefined): string {
  const from = timeText(start);
  if (from === undefined) return '';
  const until = timeText(end)?.slice(-15);
  return `[${from.slice(0, -16)}] [${from.slice(-15)}${until === undefined ? '' : ` – ${until}`}] `;
}

/** `YYYY-MM-DD HH:MM:SS.ffffff`; undefined for what no date can hold. */
function timeText(time: FlowCells['start']): string | undefined {
  const seconds = Number(time ?? Number.NaN);
  const micros = Math.round((seconds - Math.floor(seconds)) * MILLION);
  const whole = Math.floor(seconds) + Math.floor(micros / MILLION);
  if (!(Math.abs(whole) < LAST_SECOND)) return undefined;
  const date = new Date(whole * 1000).toISOString();
  return `${date.slice(0, -5).replace('T', ' ')}.${String(micros % MILLION).padStart(6, '0')}`;
}
