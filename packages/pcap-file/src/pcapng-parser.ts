import type { PacketTarget } from './batch.ts';
import {
  BLOCK_FRAME,
  BLOCK_TRAILER,
  Block,
  BYTE_ORDER_MAGIC,
  INTERFACE_MIN,
  SECTION_HEADER_MIN,
} from './pcapng-blocks.ts';
import { readInterface } from './pcapng-interface.ts';
import { addPacket, type Section } from './pcapng-packets.ts';
import { type CaptureFormat, type Fault, MAX_RECORD_BYTES, type RecordParser } from './record-parser.ts';

/** Interfaces of one section; real captures have a few. */
const MAX_INTERFACES = 131_072;
const MAX_WARNINGS = 10;

/**
 * pcapng (draft-ietf-opsawg-pcapng): any number of sections, interfaces, byte orders and time
 * resolutions. Enhanced, simple and obsolete packet blocks give packets; all other blocks are
 * passed over, however long they are, without being held in memory.
 */
export class PcapngParser implements RecordParser {
  format: CaptureFormat = { container: 'pcapng', variant: 'standard', byteOrder: 'little' };
  need = BLOCK_FRAME;
  skip = 0;
  base = 0;
  atEnd = false;
  fault: Fault | null = null;
  damagedBlocks = 0;
  firstDamage: Fault | null = null;
  skippedBlocks = 0;
  readonly warnings: string[] = [];
  private readonly section: Section = { littleEndian: true, interfaces: [], packetsWithoutTime: 0 };
  /** Length of a block passed over whose trailer is still to come. */
  private trailer = 0;
  private readonly interfaceName: string;

  /** `interfaceName` is given to packets of interfaces that the capture does not name. */
  constructor(interfaceName: string) {
    this.interfaceName = interfaceName;
  }

  get packetsWithoutTime(): number {
    return this.section.packetsWithoutTime;
  }

  get unfinished(): string | null {
    return this.trailer > 0 ? 'a block' : null;
  }

  parse(data: Buffer, from: number, to: number, out: PacketTarget, max: number): number {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const { section } = this;
    let pos = from;
    while (out.length < max && this.fault === null) {
      if (this.trailer > 0) {
        if (!this.has(BLOCK_TRAILER, pos, to) || !this.closes(view, pos, this.trailer)) break;
        this.trailer = 0;
        pos += BLOCK_TRAILER;
        continue;
      }
      if (!this.has(BLOCK_FRAME, pos, to)) break;
      const type = view.getUint32(pos, section.littleEndian);
      if (type === Block.SECTION_HEADER && !this.readByteOrder(view, pos)) break;
      const length = view.getUint32(pos + 4, section.littleEndian);
      if (length < BLOCK_FRAME || (length & 3) !== 0) {
        this.stop('CORRUPT_RECORD', `a block of ${length} bytes, which no block can have`, pos);
      } else if (!isRead(type)) {
        pos = this.passOver(length, pos, to);
        if (this.skip > 0) break;
      } else if (length > MAX_RECORD_BYTES) {
        this.stop(
          'CORRUPT_RECORD',
          `a block of ${length} bytes, above the limit of ${MAX_RECORD_BYTES}`,
          pos,
        );
      } else {
        if (!this.has(length, pos, to) || !this.closes(view, pos + length - BLOCK_TRAILER, length)) break;
        if (type === Block.SECTION_HEADER) this.beginSection(view, pos, length);
        else if (type === Block.INTERFACE) this.addInterface(data, view, pos, length);
        else {
          const wrong = addPacket(section, type, data, view, pos, length, out);
          if (wrong !== null) this.damage(wrong, pos);
        }
        pos += length;
      }
    }
    return pos;
  }

  private has(bytes: number, at: number, to: number): boolean {
    if (to - at >= bytes) return true;
    this.need = bytes;
    return false;
  }

  /** Whether a block's second length, at `at`, repeats its first. */
  private closes(view: DataView, at: number, length: number): boolean {
    const trailer = view.getUint32(at, this.section.littleEndian);
    if (trailer === length) return true;
    this.stop('CORRUPT_RECORD', `a block of ${length} bytes whose end says ${trailer}`, at);
    return false;
  }

  /** Behind a block's header may lie gigabytes that nobody needs. */
  private passOver(length: number, at: number, to: number): number {
    const body = length - BLOCK_TRAILER;
    const here = Math.min(body, to - at);
    this.skip = body - here;
    this.trailer = length;
    this.skippedBlocks++;
    return at + here;
  }

  private readByteOrder(view: DataView, at: number): boolean {
    const littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    if (!littleEndian && view.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) {
      const code = this.base + at === 0 ? 'NOT_A_CAPTURE' : 'CORRUPT_RECORD';
      this.stop(code, 'a section header without a byte-order magic', at);
      return false;
    }
    this.section.littleEndian = littleEndian;
    return true;
  }

  private beginSection(view: DataView, at: number, length: number): void {
    const { littleEndian } = this.section;
    if (length < SECTION_HEADER_MIN) {
      this.stop('CORRUPT_RECORD', `a section header of ${length} bytes`, at);
      return;
    }
    const major = view.getUint16(at + 12, littleEndian);
    const minor = view.getUint16(at + 14, littleEndian);
    // 1.2 is 1.0 under a wrong number that some programs wrote.
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      this.stop('UNSUPPORTED_VERSION', `pcapng version ${major}.${minor} is not known`, at);
    }
    this.section.interfaces = [];
    this.format = { ...this.format, byteOrder: littleEndian ? 'little' : 'big' };
  }

  private addInterface(data: Buffer, view: DataView, at: number, length: number): void {
    const { interfaces, littleEndian } = this.section;
    const warn = (reason: string) => this.warn(reason, at);
    if (interfaces.length === MAX_INTERFACES) {
      this.stop('CORRUPT_RECORD', `more than ${MAX_INTERFACES} interfaces`, at);
    } else if (length < INTERFACE_MIN) {
      // It keeps its number, so that those behind it keep theirs.
      interfaces.push(null);
      warn(`an interface block of ${length} bytes`);
    } else {
      const end = at + length - BLOCK_TRAILER;
      interfaces.push(readInterface(data, view, at, end, littleEndian, this.interfaceName, warn));
    }
  }

  private stop(code: Fault['code'], reason: string, at: number): void {
    this.fault = { code, reason, offset: this.base + at };
  }

  private damage(reason: string, at: number): void {
    this.damagedBlocks++;
    this.firstDamage ??= { code: 'DAMAGED_BLOCKS', reason, offset: this.base + at };
  }

  private warn(reason: string, at: number): void {
    if (this.warnings.length < MAX_WARNINGS) this.warnings.push(`${reason}, at byte ${this.base + at}`);
  }
}

function isRead(type: number): boolean {
  return (
    type === Block.ENHANCED_PACKET ||
    type === Block.SIMPLE_PACKET ||
    type === Block.PACKET ||
    type === Block.INTERFACE ||
    type === Block.SECTION_HEADER
  );
}
