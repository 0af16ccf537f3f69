/** Big-endian integers out of a byte array; the caller has checked the bounds. */
export const u16 = (data: Uint8Array, at: number): number => (data[at] << 8) | data[at + 1];

export const u24 = (data: Uint8Array, at: number): number =>
  (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];

export const u32 = (data: Uint8Array, at: number): number =>
  ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;

/** Two hex digits for each byte value. */
export const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** What every Buffer has and its types leave out: toString('hex') without the checks of its arguments. */
type HexSlice = { hexSlice(from: number, to: number): string };

/** `data[from..to)` in lower-case hex. */
export function hex(data: Buffer, from: number, to: number): string {
  if (to - from > 8) return (data as Buffer & HexSlice).hexSlice(from, to);
  let text = '';
  for (let i = from; i < to; i++) text += HEX[data[i]];
  return text;
}
