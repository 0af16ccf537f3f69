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

const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

/** A whole number below 1e9 as nine digits. */
export function nineDigits(value: number): string {
  const thousands = (value / 1000) | 0;
  const millions = (value / 1_000_000) | 0;
  return (
    THREE_DIGITS[millions] +
    THREE_DIGITS[thousands - millions * 1000] +
    THREE_DIGITS[value - thousands * 1000]
  );
}
