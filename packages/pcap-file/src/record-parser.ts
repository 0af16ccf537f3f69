import type { PacketTarget } from './batch.ts';
import type { CaptureFileCode } from './errors.ts';

/** No packet or block that is held in memory is larger; a length beyond it is taken for damage. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** What tcpdump and Wireshark accept as a captured length whatever the file's snaplen says. */
export const USUAL_MAX_CAPTURED_BYTES = 262_144;

/** What kind of capture was recognised. */
export interface CaptureFormat {
  container: 'pcap' | 'pcapng';
  /** `standard`, or the program or patch whose pcap dialect it is. */
  variant: 'standard' | 'modified' | 'nokia' | 'ixia' | 'aix';
  /** Of the file, or of the pcapng section being read. */
  byteOrder: 'little' | 'big';
}

/** Why a capture cannot be read on. */
export interface Fault {
  code: CaptureFileCode;
  reason: string;
  offset: number;
}

/**
 * Cuts a byte stream into packets. It never copies and never waits: it is given bytes, takes whole
 * records from them, and says how many bytes it must see together before it can go on.
 */
export interface RecordParser {
  readonly format: CaptureFormat;
  /** Bytes, from the position `parse` returned, that must be there for the next step. */
  readonly need: number;
  /** Bytes still to be thrown away before the next call of `parse`; the caller lowers it. */
  skip: number;
  /** Where `data[0]` of the next `parse` lies in the capture; only for messages. */
  base: number;
  /** Set by the caller when no more bytes will come, before a last `parse`. */
  atEnd: boolean;
  /** Set when reading cannot go on. */
  readonly fault: Fault | null;
  /** What a capture that ends here is cut in the middle of, or null if this is a proper end. */
  readonly unfinished: string | null;
  /** Packets in intact blocks that had to be left out. */
  readonly damagedBlocks: number;
  /** The first of these. */
  readonly firstDamage: Fault | null;
  /** Blocks that hold no packets: statistics, names, unknown ones. */
  readonly skippedBlocks: number;
  /** Packets whose time the capture does not say, or that no date can hold: theirs is 0. */
  readonly packetsWithoutTime: number;
  /** Oddities that cost no packet; at most ten are kept. */
  readonly warnings: string[];

  /**
   * Reads records of `data[from..to)` into `out` until it holds `max` packets, the bytes run out or
   * a fault shows. Returns the position behind the last record read.
   */
  parse(data: Buffer, from: number, to: number, out: PacketTarget, max: number): number;
}
