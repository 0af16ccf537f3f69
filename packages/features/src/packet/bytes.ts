/** Big-endian integers out of a byte array; the caller has checked the bounds. */
export const u16 = (data: Uint8Array, at: number): number => (data[at] << 8) | data[at + 1];

/** As a signed number: only for keys and identifiers, whose sign means nothing. */
export const i32 = (data: Uint8Array, at: number): number =>
  (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
