import type { Packet } from '@antinex/decoder';
import type { RecordBatch } from '@antinex/pcap-file';

/** Packets as files give them out in bulk, or as other sources do. */
export type PacketBatch = RecordBatch | readonly Packet[];
