import { column, type ReadColumn } from '../column.ts';
import type { EndedFlow } from '../ended-flow.ts';
import { micros, NANOS_PER_SECOND } from './units.ts';

/** A second as text; neighbouring flows share it. */
let lastSecond = Number.NaN;
let lastText: string | null = null;

/** `YYYY-MM-DDTHH:MM:SS`; null outside the years 0 to 9999, which ISO 8601 cannot write. */
function secondText(second: number): string | null {
  if (second === lastSecond) return lastText;
  const date = new Date(second * 1000);
  const year = date.getUTCFullYear();
  lastSecond = second;
  lastText = year >= 0 && year <= 9999 ? date.toISOString().slice(0, 19) : null;
  return lastText;
}

/** Of the first packet. */
function timestamp({ clock, both }: EndedFlow): string | null {
  const second = Math.floor(both.first / NANOS_PER_SECOND);
  const text = secondText(clock.epochSeconds(0) + second);
  // Times that no double holds to the nanosecond may come out just outside of their second.
  const nanos = Math.min(NANOS_PER_SECOND - 1, Math.max(0, both.first - second * NANOS_PER_SECOND));
  return text === null ? null : `${text}.${String(nanos).padStart(9, '0')}Z`;
}

function flowId({ key }: EndedFlow): string {
  return `${key.source}-${key.destination}-${key.sourcePort}-${key.destinationPort}-${key.protocol}`;
}

/** Who spoke, when and how long. */
export const IDENTITY_COLUMNS: readonly ReadColumn[] = [
  column('Flow ID', 'text', '', 'Addresses, ports and protocol, joined by hyphens', flowId),
  column('Source IP', 'text', '', 'Source address of the first packet', ({ key }) => key.source),
  column('Source Port', 'integer', '', 'Its source port; 0 without ports', ({ key }) => key.sourcePort),
  column('Destination IP', 'text', '', 'Its destination address', ({ key }) => key.destination),
  column(
    'Destination Port',
    'integer',
    '',
    'Its destination port; 0 without ports',
    ({ key }) => key.destinationPort,
  ),
  column(
    'Protocol',
    'integer',
    '',
    'IP protocol number',
    ({ key }) => key.protocol,
    '0 for all but TCP and UDP',
  ),
  column(
    'Timestamp',
    'text',
    '',
    'Time of the first packet: ISO 8601, UTC, nanoseconds',
    timestamp,
    'local time on a clock of twelve hours; in CICIDS2017 without AM and PM',
  ),
  column('Flow Duration', 'number', 'µs', 'Time between the first and the last packet', (flow) =>
    micros(flow.duration),
  ),
];
