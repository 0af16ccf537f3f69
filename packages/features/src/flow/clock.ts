const NANOS = 1e9;
/**
 * From here on, seconds + nanos / 1e9 is the double nearest to the exact sum: the error of the quotient is
 * far below the distance of any such sum from the middle between two doubles.
 */
const SUMS_ROUND_ONCE = 2 ** 20;

/** The double nearest to so many seconds and nanoseconds. */
const nearest = (seconds: number, nanos: number): number =>
  seconds >= SUMS_ROUND_ONCE || nanos === 0
    ? seconds + nanos / NANOS
    : Number(`${seconds}.${String(nanos).padStart(9, '0')}`);

/**
 * What differences of times are taken of.
 *
 * - `exact`: whole nanoseconds.
 * - `epoch`: seconds since 1970 as the nearest double, the form Python programs work with; neighbouring
 *   values lie 0.24 microseconds apart in our time.
 */
export type ClockKind = 'exact' | 'epoch';

/**
 * A capture's times as plain numbers: whole nanoseconds since the second in which the first packet came,
 * exact within 104 days of it, and better than a microsecond for 285 years.
 */
export class Clock {
  readonly kind: ClockKind;
  /** Units of a time in a second. */
  readonly perSecond = NANOS;
  /** Units of a value in a second. */
  readonly valuesPerSecond: number;
  private baseSeconds = 0;
  private started = false;

  constructor(kind: ClockKind) {
    this.kind = kind;
    this.valuesPerSecond = kind === 'exact' ? NANOS : 1;
  }

  /** A packet's time; the first one asked for sets the base. */
  read(seconds: number, nanos: number): number {
    if (!this.started) {
      this.baseSeconds = seconds;
      this.started = true;
    }
    return (seconds - this.baseSeconds) * NANOS + nanos;
  }

  /** Seconds since 1970, to the nearest double. */
  epochSeconds(time: number): number {
    const seconds = Math.floor(time / NANOS);
    const total = this.baseSeconds + seconds;
    // Before 1970 the nanoseconds count up from a negative second.
    return total < 0 ? total + (time - seconds * NANOS) / NANOS : nearest(total, time - seconds * NANOS);
  }

  /** A time as this kind of clock takes differences of it. */
  value(time: number): number {
    return this.kind === 'exact' ? time : this.epochSeconds(time);
  }

  /** The seconds between two times. */
  seconds(from: number, to: number): number {
    return (this.value(to) - this.value(from)) / this.valuesPerSecond;
  }
}
