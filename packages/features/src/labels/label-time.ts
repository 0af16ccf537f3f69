/** How the times of a label file are to be read. */
export interface LabelClock {
  /** Minutes that its local time is ahead of UTC; CICIDS 2017 was made at -180. 0 by default. */
  readonly utcOffsetMinutes?: number;
  /** Whether 13 h may be written as 1 h with nothing to tell, as in CICIDS 2017. False by default. */
  readonly twelveHours?: boolean;
}

const CIC = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP]M))?$/i;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?$/;

/**
 * Seconds since 1970 of a time stamp: `day/month/year hours:minutes[:seconds][ AM|PM]`,
 * `year-month-day hours:minutes[:seconds]`, or seconds since 1970; undefined for anything else.
 */
export function parseLabelTime(text: string, { utcOffsetMinutes = 0 }: LabelClock): number | undefined {
  const stamp = text.trim();
  if (/^\d{9,10}(\.\d+)?$/.test(stamp)) return Number(stamp);
  const [year, month, day, hour, minute, second, half] = fieldsOf(stamp) ?? [];
  if (year === undefined) return undefined;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
  const numbers = [Number(month), Number(day), hours, Number(minute)];
  if (numbers[0] < 1 || numbers[0] > 12 || numbers[1] < 1 || numbers[1] > 31 || hours > 23) return undefined;
  const local = Date.UTC(Number(year), numbers[0] - 1, numbers[1], hours, numbers[3]) / 1000;
  return local + Number(second ?? 0) - utcOffsetMinutes * 60;
}

function fieldsOf(stamp: string): (string | undefined)[] | undefined {
  const cic = CIC.exec(stamp);
  if (cic) return [cic[3], cic[2], cic[1], cic[4], cic[5], cic[6], cic[7]?.toUpperCase()];
  const iso = ISO.exec(stamp);
  return iso ? [iso[1], iso[2], iso[3], iso[4], iso[5], `${iso[6] ?? '0'}${iso[7] ?? ''}`] : undefined;
}
