import type { PcapHeader } from './pcap-header.ts';

/** Bytes every record header begins with: seconds, fraction, two lengths. */
export const RECORD_HEADER = 16;
/** A record with more bytes on the wire was hardly recorded with the microsecond formats told apart here. */
const MAX_PLAUSIBLE_LENGTH = 128 * 1024 * 1024;
/** A Linux machine of 1999 hardly had more. */
const MAX_INTERFACE_INDEX = 10_000;

/**
 * How long the record headers are, told from the first record: the size if positive, else minus the
 * bytes that must be there to tell.
 *
 * Patched formats put fields behind the four that all share, so a reader that does not know finds
 * the second record shifted. Only where the first record could be such a one is the second waited
 * for: ordinary captures from a pipe are not held up.
 */
export function recordHeaderSize(
  view: DataView,
  at: number,
  to: number,
  header: PcapHeader,
  atEnd: boolean,
): number {
  const [usual] = header.recordHeaders;
  if (header.recordHeaders.length === 1) return usual;
  if (to - at < usual + 8 && !atEnd) return -(usual + 8);
  if (to - at < RECORD_HEADER) return usual;
  const capturedLength = view.getUint32(at + 8, header.littleEndian);
  if (capturedLength > header.maxCapturedLength) return usual;
  const suspects = header.recordHeaders.filter(
    (size) => size !== usual && couldBe(size, view, at, to, header),
  );
  if (suspects.length === 0) return usual;
  for (const size of [usual, ...suspects]) {
    const second = at + size + capturedLength;
    if (to >= second + RECORD_HEADER) {
      if (plausible(view, second, header)) return size;
    } else if (!atEnd) return at - second - RECORD_HEADER;
    else if (to === second) return size;
  }
  return usual;
}

/**
 * Whether the bytes behind the first record's common fields look like those of a patched header.
 * Programs that convert to these formats leave them zero.
 */
function couldBe(size: number, view: DataView, at: number, to: number, header: PcapHeader): boolean {
  if (to - at < size) return false;
  if (size === 28) return true;
  const extra = at + RECORD_HEADER;
  if (size === 20) {
    const marks = view.getUint32(extra, true);
    return marks === 0 || (marks & 0x0fff00f0) === 0x0fbf0000;
  }
  const interfaceIndex = view.getUint32(extra, header.littleEndian);
  const etherType = view.getUint16(extra + 4, header.littleEndian);
  const packetType = view.getUint8(extra + 6);
  return interfaceIndex <= MAX_INTERFACE_INDEX && isLinuxProtocol(etherType) && packetType <= 4;
}

/** An EtherType, or one of the numbers Linux gives to frames without one. */
function isLinuxProtocol(type: number): boolean {
  return type >= 0x600 || type <= 0x17 || type === 0x60 || type === 0x200 || type === 0x400;
}

function plausible(view: DataView, at: number, header: PcapHeader): boolean {
  const micros = view.getUint32(at + 4, header.littleEndian);
  const captured = view.getUint32(at + 8, header.littleEndian);
  const original = view.getUint32(at + 12, header.littleEndian);
  return (
    micros < 1_000_000 &&
    captured <= header.maxCapturedLength &&
    captured <= original &&
    original <= MAX_PLAUSIBLE_LENGTH
  );
}
