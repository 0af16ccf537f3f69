import { parseIsoTime } from '../label-time.ts';
import { protocolNamed } from '../protocols.ts';
import { AddressSet, addressRange } from './address-set.ts';
import type { Conditions } from './label-rule.ts';
import { type NumberRange, NumberRanges } from './number-ranges.ts';
import type { YamlValue } from './yaml-value.ts';

/** What times and directions are where a rule does not say. */
export interface RuleOptions {
  readonly utcOffsetMinutes?: number;
  readonly withinSeconds?: number;
  readonly reverse?: boolean;
}

export const CONDITIONS = ['from', 'to', 'host', 'sport', 'dport', 'port', 'proto', 'start', 'end'] as const;
type Fields = Pick<ReadonlyMap<(typeof CONDITIONS)[number] | 'direction', YamlValue>, 'get'>;

const MAX_PORT = 0xffff;
const MAX_PROTOCOL = 0xff;
/** Larger numbers are milliseconds: as seconds they are of the year 5138. */
const MAX_SECONDS = 1e11;

/** @throws PipelineError LABELS_UNUSABLE */
export function readConditions(fields: Fields, options: RuleOptions): Conditions {
  const { withinSeconds = 0, utcOffsetMinutes = 0, reverse = false } = options;
  const read = <T>(name: (typeof CONDITIONS)[number], reader: (value: YamlValue) => T): T | undefined => {
    const value = fields.get(name);
    return value === undefined ? undefined : reader(value);
  };
  const time = (value: YamlValue) => readTime(value, utcOffsetMinutes);
  const start = read('start', time) ?? Number.NEGATIVE_INFINITY;
  const end = read('end', time) ?? Number.POSITIVE_INFINITY;
  if (start > end) throw fields.get('end')!.refuse('its end is before its start');
  return {
    from: read('from', readAddresses),
    to: read('to', readAddresses),
    host: read('host', readAddresses),
    sport: read('sport', readPorts),
    dport: read('dport', readPorts),
    port: read('port', readPorts),
    proto: read('proto', readProtocols),
    start: start - withinSeconds,
    end: end + withinSeconds,
    both: readDirection(fields.get('direction')) ?? reverse,
  };
}

const readAddresses = (value: YamlValue): AddressSet =>
  new AddressSet(
    value.items().map((item) => {
      const range = typeof item.value === 'string' ? addressRange(item.value) : undefined;
      if (range !== undefined) return range;
      throw item.refuse(
        `${item.shown()} is no address: write 10.0.0.1, 10.0.0.0/8, 2001:db8::/32, or a list of these`,
      );
    }),
  );

const readPorts = (value: YamlValue): NumberRanges =>
  new NumberRanges(
    1,
    value.items().map((item) => {
      const range = numberRange(item.value, MAX_PORT);
      if (range !== undefined) return range;
      throw item.refuse(`${item.shown()} is no port: write 80, 1-1024, or a list such as [80, 8000-8099]`);
    }),
  );

const readProtocols = (value: YamlValue): NumberRanges =>
  new NumberRanges(
    1,
    value.items().map((item) => {
      const named = typeof item.value === 'string' ? protocolNamed(item.value) : undefined;
      const range = numberRange(named ?? item.value, MAX_PROTOCOL);
      if (range !== undefined) return range;
      throw item.refuse(
        `${item.shown()} is no protocol: write tcp, udp, icmp, a number up to 255, or a list of these`,
      );
    }),
  );

/** The range of `80` or `1-1024`. */
function numberRange(value: unknown, most: number): NumberRange | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const [, first, last = first] = /^(\d{1,5})(?: ?- ?(\d{1,5}))?$/.exec(text) ?? [];
  const [low, high] = [Number(first), Number(last)];
  return low <= high && high <= most ? { low: [low], high: [high] } : undefined;
}

function readTime(time: YamlValue, utcOffsetMinutes: number): number {
  const { value } = time;
  const isSeconds = typeof value === 'number' && value >= 0 && value < MAX_SECONDS;
  const seconds = isSeconds ? value : parseIsoTime(String(value), utcOffsetMinutes);
  if (seconds !== undefined) return seconds;
  throw time.refuse(
    `${time.shown()} is no time: write 2017-07-07 15:56:00, with Z or +02:00 for its zone, or seconds since 1970`,
  );
}

function readDirection(direction: YamlValue | undefined): boolean | undefined {
  if (direction === undefined) return undefined;
  if (direction.value === 'both' || direction.value === 'forward') return direction.value === 'both';
  throw direction.refuse(`${direction.shown()} is no direction: write both or forward`);
}
