import type { PacketTarget } from './batch.ts';
import { Block, PACKET_DATA, PACKET_MIN, SIMPLE_PACKET_DATA, SIMPLE_PACKET_MIN } from './pcapng-blocks.ts';
import type { CaptureInterface } from './pcapng-interface.ts';

/** What the packet blocks of a section are read with. */
export interface Section {
  littleEndian: boolean;
  /** By number; null for one whose block was too short to describe anything. */
  interfaces: (CaptureInterface | null)[];
  packetsWithoutTime: number;
}

/** Adds the packet in a block of one of the three packet types to `out`, or answers what is wrong with it. */
export function addPacket(
  section: Section,
  type: number,
  data: Buffer,
  view: DataView,
  at: number,
  length: number,
  out: PacketTarget,
): string | null {
  if (type === Block.SIMPLE_PACKET) return addSimplePacket(section, data, view, at, length, out);
  if (length < PACKET_MIN) return `a packet block of ${length} bytes`;
  const { littleEndian } = section;
  const id =
    type === Block.ENHANCED_PACKET
      ? view.getUint32(at + 8, littleEndian)
      : view.getUint16(at + 8, littleEndian);
  const from = section.interfaces[id];
  if (!from) return `a packet of interface ${id}, which is not described`;
  const captured = view.getUint32(at + 20, littleEndian);
  if (captured > length - PACKET_MIN) return `a packet of ${captured} bytes in a block of ${length}`;
  const { clock } = from;
  if (!clock.read(view.getUint32(at + 12, littleEndian), view.getUint32(at + 16, littleEndian))) {
    section.packetsWithoutTime++;
  }
  const original = view.getUint32(at + 24, littleEndian);
  out.add(data, at + PACKET_DATA, captured, original, from.linkType, clock.seconds, clock.nanos, from.name);
  return null;
}

/** Has neither time nor captured length: the snaplen of the section's first interface tells the latter. */
function addSimplePacket(
  section: Section,
  data: Buffer,
  view: DataView,
  at: number,
  length: number,
  out: PacketTarget,
): string | null {
  if (length < SIMPLE_PACKET_MIN) return `a simple packet block of ${length} bytes`;
  const from = section.interfaces[0];
  if (!from) return 'a simple packet before any interface';
  const original = view.getUint32(at + 8, section.littleEndian);
  const captured = from.snapLength > 0 ? Math.min(original, from.snapLength) : original;
  if (captured > length - SIMPLE_PACKET_MIN) {
    return `a simple packet of ${captured} bytes in a block of ${length}`;
  }
  section.packetsWithoutTime++;
  out.add(data, at + SIMPLE_PACKET_DATA, captured, original, from.linkType, 0, 0, from.name);
  return null;
}
