/**
 * What can go wrong:
 * - `NOT_BUILT` the native addon is not there;
 * - `BAD_OPTION` an option makes no sense;
 * - `NO_PERMISSION` the process lacks CAP_NET_RAW;
 * - `NO_SUCH_DEVICE`, `DEVICE_DOWN` (it was when it was opened), `DEVICE_GONE` (it went during the capture);
 * - `BAD_FILTER` libpcap does not understand the filter, or the device cannot do what it asks for;
 * - `CAPABILITIES_LEFT` capabilities could not be dropped;
 * - `CAPTURE_FAILED` anything else that libpcap or the system says.
 */
export type LibpcapErrorCode =
  | 'NOT_BUILT'
  | 'BAD_OPTION'
  | 'NO_PERMISSION'
  | 'NO_SUCH_DEVICE'
  | 'DEVICE_DOWN'
  | 'DEVICE_GONE'
  | 'BAD_FILTER'
  | 'CAPABILITIES_LEFT'
  | 'CAPTURE_FAILED';

/** All errors of this package. */
export class LibpcapError extends Error {
  readonly code: LibpcapErrorCode;
  /** libpcap's own words, or the system's. */
  readonly reason: string;

  /** `subject` is what it is about: a device, a filter. */
  constructor(code: LibpcapErrorCode, reason: string, subject?: string, options?: ErrorOptions) {
    super(subject === undefined ? reason : `${subject}: ${reason}`, options);
    this.name = 'LibpcapError';
    this.code = code;
    this.reason = reason;
  }
}

/** Runs a call of the addon, whose errors have a code and the reason as their message. */
export function orLibpcapError<T>(subject: (code: string) => string | undefined, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code, message } = error as Error & { code: LibpcapErrorCode };
    throw new LibpcapError(code, message, subject(code), { cause: error });
  }
}
