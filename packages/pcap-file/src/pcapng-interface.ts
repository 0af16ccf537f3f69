import { InterfaceClock } from './interface-clock.ts';
import { INTERFACE_OPTIONS, Option, padded } from './pcapng-blocks.ts';

/** One interface of a pcapng section. */
export interface CaptureInterface {
  linkType: number;
  /** 0 means unlimited. */
  snapLength: number;
  name: string;
  clock: InterfaceClock;
}

/** A longer if_name is cut: many blocks with huge names must not fill the memory. */
const MAX_NAME_BYTES = 128;
const MICROSECONDS = 6;

/**
 * Reads the Interface Description Block at `at`, whose options end at `end`. Options that make no
 * sense are passed over and reported to `warn`.
 */
export function readInterface(
  data: Buffer,
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
  defaultName: string,
  warn: (reason: string) => void,
): CaptureInterface {
  let name = defaultName;
  let resolution = MICROSECONDS;
  let offsetSeconds = 0n;
  let pos = at + INTERFACE_OPTIONS;
  while (pos + 4 <= end) {
    const code = view.getUint16(pos, littleEndian);
    const length = view.getUint16(pos + 2, littleEndian);
    pos += 4;
    if (code === Option.END) break;
    if (pos + length > end) {
      warn(`interface option ${code} of ${length} bytes reaches beyond its block`);
      break;
    }
    if (code === Option.NAME) {
      name = readName(data, pos, length);
    } else if (code === Option.TIME_RESOLUTION) {
      if (length === 1) resolution = view.getUint8(pos);
      else warn(`if_tsresol has ${length} bytes, not 1: taken for microseconds`);
    } else if (code === Option.TIME_OFFSET) {
      if (length === 8) offsetSeconds = view.getBigInt64(pos, littleEndian);
      else warn(`if_tsoffset has ${length} bytes, not 8: ignored`);
    }
    pos += padded(length);
  }
  return {
    linkType: view.getUint16(at + 8, littleEndian),
    snapLength: view.getUint32(at + 12, littleEndian),
    name,
    clock: new InterfaceClock(resolution, offsetSeconds),
  };
}

function readName(data: Buffer, at: number, length: number): string {
  const end = at + Math.min(length, MAX_NAME_BYTES);
  const zero = data.subarray(at, end).indexOf(0);
  return data.toString('utf8', at, zero < 0 ? end : at + zero);
}
