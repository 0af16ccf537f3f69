import { performance } from 'node:perf_hooks';

const NANOS_PER_SECOND = 1_000_000_000;
const CHECK_EVERY_MS = 1000;
/** Date.now() is cut to whole milliseconds, so a skew up to 1 says nothing. */
const TOLERATED_SKEW_MS = 2;

/** What a WallClock is built on; tests bring their own. */
export interface Clocks {
  /** Wall time at which `now()` was 0, in milliseconds since 1970. */
  readonly originMs: number;
  /** Monotonic milliseconds with a fine fraction. */
  now(): number;
  /** Wall time in whole milliseconds since 1970. */
  wallMs(): number;
}

const systemClocks: Clocks = {
  originMs: performance.timeOrigin,
  now: () => performance.now(),
  wallMs: () => Date.now(),
};

/**
 * Reads the time of day with the fine steps of the monotonic clock (Date.now() has milliseconds only)
 * and without a bigint per packet. Follows the system's clock when that is set, within a second.
 */
export class WallClock {
  /** Whole seconds since 1970 at the last read(). */
  seconds = 0;
  /** The rest, 0..999,999,999. */
  nanos = 0;
  private readonly clocks: Clocks;
  private baseSeconds = 0;
  private baseNanos = 0;
  private checkAtMs: number;

  constructor(clocks: Clocks = systemClocks) {
    this.clocks = clocks;
    this.startFrom(clocks.originMs);
    this.checkAtMs = clocks.now();
  }

  /** Sets `seconds` and `nanos` to the time now. */
  read(): void {
    const elapsedMs = this.clocks.now();
    if (elapsedMs >= this.checkAtMs) this.followSystemClock(elapsedMs);
    const nanos = this.baseNanos + elapsedMs * 1e6;
    const seconds = Math.floor(nanos / NANOS_PER_SECOND);
    this.seconds = this.baseSeconds + seconds;
    this.nanos = Math.floor(nanos - seconds * NANOS_PER_SECOND);
  }

  private followSystemClock(elapsedMs: number): void {
    this.checkAtMs = elapsedMs + CHECK_EVERY_MS;
    const wallMs = this.clocks.wallMs();
    const oursMs = this.baseSeconds * 1000 + this.baseNanos / 1e6 + elapsedMs;
    if (Math.abs(wallMs - oursMs) > TOLERATED_SKEW_MS) this.startFrom(wallMs + 0.5 - elapsedMs);
  }

  private startFrom(originMs: number): void {
    this.baseSeconds = Math.floor(originMs / 1000);
    this.baseNanos = (originMs - this.baseSeconds * 1000) * 1e6;
  }
}
