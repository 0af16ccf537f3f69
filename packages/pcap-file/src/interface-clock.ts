const NANOS_PER_SECOND = 1_000_000_000;
/** The largest distance from 1970 a JavaScript Date can hold, in seconds. */
const MAX_SECONDS = 8.64e12;

/** What an if_tsresol octet means, worked out for sums that stay exact. */
interface Resolution {
  unitsPerSecond: bigint;
  /** The same where numbers can do all sums exactly, else 0. */
  units: number;
  /** Nanoseconds = units * multiplier / divisor. */
  multiplier: number;
  divisor: number;
}

const resolutions: (Resolution | undefined)[] = new Array(256);

function resolutionOf(octet: number): Resolution {
  resolutions[octet] ??= workOut((octet & 0x80) !== 0, octet & 0x7f);
  return resolutions[octet];
}

function workOut(binary: boolean, exponent: number): Resolution {
  const unitsPerSecond = (binary ? 2n : 10n) ** BigInt(exponent);
  // A second's units times the multiplier must stay below 2^53.
  const units = exponent <= (binary ? 32 : 15) ? Number(unitsPerSecond) : 0;
  // 10^9 = 2^9 * 5^9: the factor that the resolution shares with a second's nanoseconds is taken out.
  const shared = exponent <= 9 ? units : binary ? 512 : NANOS_PER_SECOND;
  return { unitsPerSecond, units, multiplier: NANOS_PER_SECOND / shared, divisor: units / shared };
}

/**
 * Turns the 64-bit time stamps of one pcapng interface into whole seconds and nanoseconds, exactly;
 * what is finer than a nanosecond is cut off.
 *
 * Stamps of one capture mostly share their upper 32 bits, so what these are worth is worked out with
 * bigints once and kept; each packet then costs a few operations on numbers below 2^53.
 */
export class InterfaceClock {
  /** Whole seconds since 1970 of the last stamp read; negative before 1970. */
  seconds = 0;
  /** The rest, 0..999,999,999. */
  nanos = 0;
  private readonly resolution: Resolution;
  private readonly offsetSeconds: bigint;
  private high = -1;
  private highSeconds = 0;
  private highUnits = 0;

  /**
   * `resolution` is the if_tsresol octet: 10^-n, or 2^-n with the top bit set. `offsetSeconds` is
   * if_tsoffset.
   */
  constructor(resolution: number, offsetSeconds: bigint) {
    this.resolution = resolutionOf(resolution);
    this.offsetSeconds = offsetSeconds;
  }

  /** Reads a stamp into `seconds` and `nanos`; false, and both 0, if no date can hold it. */
  read(high: number, low: number): boolean {
    const { units, multiplier, divisor } = this.resolution;
    if (units === 0) this.readLarge(high, low);
    else {
      if (high !== this.high) this.keep(high);
      const stamp = this.highUnits + low;
      const seconds = Math.floor(stamp / units);
      this.seconds = this.highSeconds + seconds;
      this.nanos = Math.floor(((stamp - seconds * units) * multiplier) / divisor);
    }
    if (this.seconds <= MAX_SECONDS && this.seconds >= -MAX_SECONDS) return true;
    this.seconds = 0;
    this.nanos = 0;
    return false;
  }

  private keep(high: number): void {
    const { unitsPerSecond } = this.resolution;
    const stamp = BigInt(high) << 32n;
    this.high = high;
    this.highSeconds = Number(stamp / unitsPerSecond + this.offsetSeconds);
    this.highUnits = Number(stamp % unitsPerSecond);
  }

  private readLarge(high: number, low: number): void {
    const { unitsPerSecond } = this.resolution;
    const stamp = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = Number(stamp / unitsPerSecond + this.offsetSeconds);
    this.nanos = Number(((stamp % unitsPerSecond) * BigInt(NANOS_PER_SECOND)) / unitsPerSecond);
  }
}
