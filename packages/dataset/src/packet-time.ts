/** Length of a packet's time as agents write it, `2018-01-29T04:26:39.000000000Z`. */
export const TIME_BYTES = 30;
const [FIRST, LAST] = Buffer.from('09');
/** The form of a time: a zero stands for any digit. */
const FORM = Buffer.from('0000-00-00T00:00:00.000000000Z');

/** Whether what stands from `from` to `to` is a time of that form. */
export function isTimeAt(text: Uint8Array, from: number, to: number): boolean {
  if (to - from !== TIME_BYTES) return false;
  for (let i = 0; i < TIME_BYTES; i++) {
    const byte = text[from + i];
    if (FORM[i] === FIRST ? byte < FIRST || byte > LAST : byte !== FORM[i]) return false;
  }
  return true;
}
