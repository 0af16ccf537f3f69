const EIGHT_COMMAS = Buffer.from(',,,,,,,,').readDoubleBE();

/**
 * Writes commas, eight at a time, and answers the position behind them; up to seven bytes there are written
 * over. The caller has made room.
 */
export function putCommas(words: DataView, at: number, count: number): number {
  for (let i = 0; i < count; i += 8) words.setFloat64(at + i, EIGHT_COMMAS);
  return at + count;
}
