/** Nanoseconds in a second. */
export const NANOS_PER_SECOND = 1e9;
const NANOS_PER_US = 1e3;

export const micros = (nanos: number | null): number | null => (nanos === null ? null : nanos / NANOS_PER_US);

/** Null of none. */
export const ratio = (amount: number, of: number): number | null => (of > 0 ? amount / of : null);

/** Null in no time. */
export const perSecond = (amount: number, nanos: number): number | null =>
  ratio(amount * NANOS_PER_SECOND, nanos);
