/**
 * Where the numbers of a flow key stand in an array of KEY_NUMBERS of them. An IPv6 address has four words,
 * an IPv4 address the first of them.
 */
export const KEY_NUMBER = {
  SOURCE: 0,
  DESTINATION: 4,
  SOURCE_PORT: 8,
  DESTINATION_PORT: 9,
  PROTOCOL: 10,
  /** 4 or 6, or 0 for what is no IP. */
  VERSION: 11,
} as const;

export const KEY_NUMBERS = 12;

/** Stands for the ports of a protocol without any, and for the protocol of what is no IP. */
export const NO_NUMBER = 0xffff_ffff;
