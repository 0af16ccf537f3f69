import type { PacketTarget } from './batch.ts';
import { Lengths, type PcapHeader, readPcapHeader } from './pcap-header.ts';
import { RECORD_HEADER, recordHeaderSize } from './pcap-record-header.ts';
import type { CaptureFormat, Fault, RecordParser } from './record-parser.ts';

/** Classic pcap (draft-ietf-opsawg-pcap) and the dialects of it that can be recognised. */
export class PcapParser implements RecordParser {
  format: CaptureFormat = { container: 'pcap', variant: 'standard', byteOrder: 'little' };
  need: number;
  skip = 0;
  base = 0;
  atEnd = false;
  fault: Fault | null = null;
  readonly damagedBlocks = 0;
  readonly firstDamage = null;
  readonly skippedBlocks = 0;
  readonly packetsWithoutTime = 0;
  readonly warnings: string[] = [];
  private header: PcapHeader | null = null;
  private recordHeader = 0;
  private readonly headerLength: number;
  private readonly interfaceName: string;

  /** `headerLength` as `pcapHeaderLength` tells it. */
  constructor(headerLength: number, interfaceName: string) {
    this.headerLength = headerLength;
    this.need = headerLength;
    this.interfaceName = interfaceName;
  }

  get unfinished(): string | null {
    return this.header === null ? 'the file header' : null;
  }

  parse(data: Buffer, from: number, to: number, out: PacketTarget, max: number): number {
    let pos = from;
    if (this.header === null) {
      if (to - pos < this.headerLength) return pos;
      const header = readPcapHeader(data, pos);
      if ('code' in header) {
        this.fault = header;
        return pos;
      }
      this.header = header;
      this.format = header.format;
      pos += this.headerLength;
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (this.recordHeader === 0 && !this.measureRecordHeader(this.header, view, pos, to)) return pos;
    return this.records(this.header, view, data, pos, to, out, max);
  }

  /** Finds out how long record headers are; false while bytes are missing to tell. */
  private measureRecordHeader(header: PcapHeader, view: DataView, at: number, to: number): boolean {
    const size = recordHeaderSize(view, at, to, header, this.atEnd);
    if (size < 0) {
      this.need = -size;
      return false;
    }
    this.recordHeader = size;
    if (size === 20) this.format = { ...this.format, variant: 'nokia' };
    else if (size !== RECORD_HEADER) this.format = { ...this.format, variant: 'modified' };
    return true;
  }

  private records(
    header: PcapHeader,
    view: DataView,
    data: Buffer,
    from: number,
    to: number,
    out: PacketTarget,
    max: number,
  ): number {
    const { littleEndian, nanosPerUnit, lengths, linkType, maxCapturedLength } = header;
    const { recordHeader, interfaceName } = this;
    let pos = from;
    while (out.length < max) {
      if (to - pos < recordHeader) {
        this.need = recordHeader;
        break;
      }
      let captured = view.getUint32(pos + 8, littleEndian);
      let original = view.getUint32(pos + 12, littleEndian);
      if (lengths === Lengths.SWAPPED || (lengths === Lengths.SWAPPED_IF_ODD && captured > original)) {
        [captured, original] = [original, captured];
      }
      if (captured > maxCapturedLength) {
        this.fault = {
          code: 'CORRUPT_RECORD',
          reason: `a packet of ${captured} captured bytes, more than the ${maxCapturedLength} allowed`,
          offset: this.base + pos,
        };
        break;
      }
      const length = recordHeader + captured;
      if (to - pos < length) {
        this.need = length;
        break;
      }
      let seconds = view.getUint32(pos, littleEndian);
      let nanos = view.getUint32(pos + 4, littleEndian) * nanosPerUnit;
      if (nanos >= 1e9) {
        // Damaged or odd, but it adds up to one exact time.
        const carry = Math.floor(nanos / 1e9);
        seconds += carry;
        nanos -= carry * 1e9;
      }
      out.add(data, pos + recordHeader, captured, original, linkType, seconds, nanos, interfaceName);
      pos += length;
    }
    return pos;
  }
}
