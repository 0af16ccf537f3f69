import type { Writable } from 'node:stream';
import { LinkType, type Packet } from '@antinex/decoder/packet';
import { CaptureWriteError } from './errors.ts';
import { PacketSink } from './packet-sink.ts';
import { type PcapResolution, pcapHeader, pcapRecordLength, putPcapRecord } from './pcap-encode.ts';
import { USUAL_MAX_CAPTURED_BYTES } from './record-parser.ts';

export interface PcapWriterOptions {
  /** LINKTYPE_ of all packets; the first packet's by default (Ethernet if there is none). */
  linkType?: number;
  /** `ns` by default, which keeps every time exact. */
  resolution?: PcapResolution;
  /** Packets with more captured bytes are refused; 262144 by default. */
  snapLength?: number;
}

/**
 * Writes a classic pcap to a stream. Each call resolves when the stream takes more, so a caller that
 * awaits it never piles up packets in memory; nothing is held back between calls. A call rejects
 * with the stream's error, or with a CaptureWriteError for a packet the format cannot hold; packets
 * before it are written.
 */
export class PcapWriter {
  private readonly sink: PacketSink;
  private readonly resolution: PcapResolution;
  private readonly snapLength: number;
  private linkType: number | undefined;
  private begun = false;

  constructor(out: Writable, options: PcapWriterOptions = {}) {
    this.sink = new PacketSink(out);
    this.resolution = options.resolution ?? 'ns';
    this.linkType = options.linkType;
    this.snapLength = options.snapLength ?? USUAL_MAX_CAPTURED_BYTES;
  }

  write(packet: Packet): Promise<void> {
    return this.writeBatch([packet]);
  }

  async writeBatch(packets: readonly Packet[]): Promise<void> {
    if (packets.length === 0) return;
    this.begin(packets[0].linkType);
    await this.sink.writePackets(packets, pcapRecordLength, (block, at, packet) => {
      this.check(packet);
      putPcapRecord(block, at, packet, this.resolution);
    });
  }

  /** Completes the capture (an empty one too) and ends the stream. */
  async end(): Promise<void> {
    this.begin(LinkType.ETHERNET);
    await this.sink.end();
  }

  private begin(linkType: number): void {
    if (this.begun) return;
    this.begun = true;
    this.linkType ??= linkType;
    const { resolution, snapLength } = this;
    this.sink.put(pcapHeader({ linkType: this.linkType, resolution, snapLength }));
  }

  private check(packet: Packet): void {
    if (packet.linkType !== this.linkType) {
      throw new CaptureWriteError(
        'LINK_TYPE_DIFFERS',
        `a pcap of link type ${this.linkType} cannot hold a packet of ${packet.linkType}; pcapng can`,
      );
    }
    if (packet.capturedLength > this.snapLength) {
      throw new CaptureWriteError(
        'PACKET_TOO_LARGE',
        `a packet of ${packet.capturedLength} bytes is larger than the snaplen ${this.snapLength}`,
      );
    }
  }
}
