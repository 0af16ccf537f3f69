import { putNumber, type TextWriter } from '@antinex/decoder';
import type { CellWriter } from './rows-json.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Most that a number takes. */
const ROOM = 25;
/** Beyond, digits behind the point are written as JavaScript writes them. */
const LARGEST_ROUNDED = 1e5;

/** A number; null for none. */
export function writeNumber(text: TextWriter, value: number): void {
  if (Number.isFinite(value)) text.number(value);
  else text.ascii('null');
}

/** @param digits kept behind the point, up to 10 */
export function roundedWriter(digits: number): CellWriter {
  const unit = 10 ** digits;
  return (text, value) => {
    const size = Math.abs(value);
    if (!(size < LARGEST_ROUNDED)) {
      writeNumber(text, value);
      return;
    }
    const units = Math.round(size * unit);
    const whole = Math.floor(units / unit);
    const buffer = text.reserve(ROOM);
    if (value < 0 && units > 0) buffer[text.length++] = MINUS;
    text.length = putNumber(buffer, text.length, whole);
    text.length = putFraction(buffer, text.length, units - whole * unit, digits);
  };
}

/** Writes the point and digits behind it, without zeros at the end. */
function putFraction(buffer: Buffer, at: number, units: number, digits: number): number {
  if (units === 0) return at;
  buffer[at] = POINT;
  let rest = units;
  let end = at;
  for (let place = at + digits; place > at; place--) {
    const tenth = Math.floor(rest / 10);
    const digit = rest - tenth * 10;
    buffer[place] = ZERO + digit;
    if (end === at && digit > 0) end = place;
    rest = tenth;
  }
  return end + 1;
}
