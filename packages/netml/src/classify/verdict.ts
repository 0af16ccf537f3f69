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

/** A line for people, as netml has it, and the score. Times are UTC. */
export function verdictText(
  { flow, end, score, anomaly, label }: Verdict,
  row: number,
  colour: boolean,
): string {
  const word = anomaly ? 'ANOMALY' : 'NORMAL';
  const shown = colour && anomaly ? `${RED}${word}${PLAIN}` : word;
  const tail = `${shown} ${Number(score.toPrecision(6))}${label === undefined ? '' : ` (${label})`}`;
  const known = whoText(flow, row);
  const protocol =
    flow.protocol === undefined ? '' : ` [${PROTOCOLS[String(flow.protocol)] ?? flow.protocol}]`;
  return `${whenText(flow.start, end)}${known}${protocol} ${tail}\n`;
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
  const end = (address: unknown, port: unknown) =>
    String(address).includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return `${end(source, source_port)} → ${end(destination, destination_port)}`;
}

function whenText(start: unknown, end: number | undefined): string {
  if (start === undefined) return '';
  const from = Number(start);
  const until = end === undefined ? '' : ` – ${timeText(end).slice(-15)}`;
  const text = timeText(from);
  return `[${text.slice(0, -16)}] [${text.slice(-15)}${until}] `;
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` */
function timeText(seconds: number): string {
  const micros = Math.round((seconds - Math.floor(seconds)) * MILLION);
  const whole = Math.floor(seconds) + Math.floor(micros / MILLION);
  const date = new Date((Math.abs(whole) < LAST_SECOND ? whole : 0) * 1000).toISOString();
  return `${date.slice(0, -5).replace('T', ' ')}.${String(micros % MILLION).padStart(6, '0')}`;
}
