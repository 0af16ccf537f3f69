import type { Writable } from 'node:stream';
import type { Packet } from '@antinex/decoder';
import { PacketSink } from './packet-sink.ts';
import {
  MAX_LINK_TYPE,
  pcapngInterface,
  pcapngPacketLength,
  pcapngSectionHeader,
  putPcapngPacket,
} from './pcapng-encode.ts';

/** For packets that `putPcapngPacket` refuses. */
const NO_INTERFACE = -1;

/**
 * Writes a pcapng of one section to a stream, with times in nanoseconds. Packets of any interfaces
 * and link types may be mixed: each new pair of both is described when its first packet comes.
 *
 * Each call resolves when the stream takes more, so a caller that awaits it never piles up packets
 * in memory; nothing is held back between calls. A call rejects with the stream's error, or with a
 * CaptureWriteError for a packet the format cannot hold; packets before it are written.
 */
export class PcapngWriter {
  private readonly sink: PacketSink;
  /** Interface numbers by name, for each link type. */
  private readonly interfaces = new Map<number, Map<string, number>>();
  private interfaceCount = 0;
  /** The last packet's, since packets of one interface come in runs. */
  private last = { linkType: -1, name: '', id: -1 };
  private begun = false;

  constructor(out: Writable) {
    this.sink = new PacketSink(out);
  }

  write(packet: Packet): Promise<void> {
    return this.writeBatch([packet]);
  }

  async writeBatch(packets: readonly Packet[]): Promise<void> {
    const blocks: Buffer[] = this.begun ? [] : [pcapngSectionHeader()];
    this.begun = true;
    const ids = packets.map((packet) => this.interfaceOf(packet, blocks));
    for (const block of blocks) this.sink.put(block);
    await this.sink.writePackets(packets, pcapngPacketLength, (block, at, packet, i) =>
      putPcapngPacket(block, at, packet, ids[i]),
    );
  }

  /** Completes the capture (an empty one too) and ends the stream. */
  async end(): Promise<void> {
    await this.writeBatch([]);
    await this.sink.end();
  }

  /** The number of a packet's interface; a new one is described in `blocks`. */
  private interfaceOf({ linkType, interfaceName }: Packet, blocks: Buffer[]): number {
    if (linkType > MAX_LINK_TYPE) return NO_INTERFACE;
    const { last } = this;
    if (linkType === last.linkType && interfaceName === last.name) return last.id;
    let ids = this.interfaces.get(linkType);
    if (ids === undefined) {
      ids = new Map();
      this.interfaces.set(linkType, ids);
    }
    let id = ids.get(interfaceName);
    if (id === undefined) {
      id = this.interfaceCount++;
      ids.set(interfaceName, id);
      blocks.push(pcapngInterface(linkType, interfaceName));
    }
    this.last = { linkType, name: interfaceName, id };
    return id;
  }
}
