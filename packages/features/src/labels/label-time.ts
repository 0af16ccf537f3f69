/** How the times of a label file are to be read. */
export interface LabelClock {
  /** Minutes that its local time is ahead of UTC; CICIDS 2017 was made at -180. 0 by default. */
  readonly utcOffsetMinutes?: number;
  /** Whether 13 h may be written as 1 h with nothing to tell, as in CICIDS 2017. False by default. */
  readonly twelveHours?: boolean;
}

const CIC = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP]M))?$/i;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))? ?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Seconds since 1970 of a time stamp: `day/month/year hours:minutes[:seconds][ AM|PM]`, what parseIsoTime
 * reads, or seconds since 1970; undefined for anything else.
 */
export function parseLabelTime(text: string, { utcOffsetMinutes = 0 }: LabelClock): number | undefined {
  const stamp = text.trim();
  if (/^\d{9,10}(\.\d+)?$/.test(stamp)) return Number(stamp);
  const cic = CIC.exec(stamp);
  if (cic === null) return parseIsoTime(stamp, utcOffsetMinutes);
  const [, day, month, year, hour, minute, second, half] = cic;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0);
  return secondsOf([year, month, day, hours, minute, second ?? 0], utcOffsetMinutes);
}

/**
 * Seconds since 1970 of an ISO 8601 time, `2017-07-07T15:56[:00[.5]][Z|+02:00]`, with a space for the T too;
 * undefined for other texts and for dates that are none. Without a zone it is of one so far ahead of UTC.
 */
export function parseIsoTime(text: string, utcOffsetMinutes: number): number | undefined {
  const [, year, month, day, hour, minute, second = 0, zone] = ISO.exec(text) ?? [];
  if (year === undefined) return undefined;
  return secondsOf([year, month, day, hour, minute, second], zone ? offsetOf(zone) : utcOffsetMinutes);
}

/** Minutes ahead of UTC. */
function offsetOf(zone: string): number {
  if (/z/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Year, month, day, hour, minute and second, as numbers or digits. */
function secondsOf(fields: readonly (string | number)[], offsetMinutes: number): number | undefined {
  const [year, month, day, hour, minute, second] = fields.map(Number);
  const midnight = new Date(Date.UTC(year, month - 1, day));
  // Date takes the 31st of June for the 1st of July.
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second >= 61) return undefined;
  return midnight.getTime() / 1000 + (hour * 60 + minute - offsetMinutes) * 60 + second;
}
