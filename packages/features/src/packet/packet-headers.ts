const EMPTY = Buffer.alloc(0);

/** TCP flags as on the wire. */
export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;

/**
 * What of a packet's headers flows are made of: one object, filled by `readHeaders` for packet after
 * packet. Addresses are four 32-bit words, of which IPv4 uses the first.
 */
export class PacketHeaders {
  /** In the caller's unit. */
  time = 0;
  capturedLength = 0;
  /** Bytes of the frame on the wire. */
  originalLength = 0;

  /** 4, 6, or 0 where no IP header could be read: then nothing below it means anything. */
  version = 0;
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  /** IP protocol behind extension headers. */
  protocol = -1;
  /** Whether the ports are known: never in later fragments. */
  hasPorts = false;
  sourcePort = 0;
  destinationPort = 0;
  /** The last two VLAN identifiers, 12 bits each; 0 for none. */
  vlan = 0;
  /** Stands for the tunnels passed, kind and identifier of each; 0 outside of any. */
  tunnel = 0;

  /** IPv4 time to live, IPv6 hop limit. */
  ttl = 0;
  /** In 8-byte units. */
  fragmentOffset = 0;
  moreFragments = false;
  /** What fragments of one datagram share. */
  fragmentId = 0;
  /** The lower eight flags; 0 where the capture cut them off. */
  tcpFlags = 0;
  /** Of an ICMP packet; -1 where there is none. */
  icmpType = -1;
  icmpCode = -1;
  /** netml cannot make features of this packet's header; only its own reader says so. */
  noHeader = false;
  /** Bytes of the transport header, options included; 0 where there is none. */
  transportLength = 0;
  /** Bytes of payload that were on the wire behind the transport header, or behind IP where there is none. */
  payloadLength = 0;

  /** The frame's bytes, only until the next packet is read. */
  data: Buffer = EMPTY;
  /** Where in `data` the IP header starts that the fields are of. */
  networkAt = 0;
  /** Where the transport header starts; -1 where there is none. */
  transportAt = -1;

  /** The reader's: next byte, end of what may be read, end of the same on the wire, layers read. */
  pos = 0;
  end = 0;
  wireEnd = 0;
  layers = 0;

  /** Makes it ready for another frame. */
  start(data: Buffer, offset: number, capturedLength: number, originalLength: number): void {
    this.data = data;
    this.capturedLength = capturedLength;
    this.originalLength = originalLength;
    this.version = 0;
    this.protocol = -1;
    this.vlan = 0;
    this.tunnel = 0;
    this.pos = offset;
    this.end = offset + capturedLength;
    this.wireEnd = offset + Math.max(capturedLength, originalLength);
    this.layers = 0;
    this.startTransport();
  }

  /** Goes on with an IP header inside another packet, whose transport header is forgotten. */
  enterNetwork(version: number): void {
    this.enterTunnel(version);
    this.startTransport();
  }

  private startTransport(): void {
    this.hasPorts = false;
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.tcpFlags = 0;
    this.icmpType = -1;
    this.icmpCode = -1;
    this.transportLength = 0;
    this.transportAt = -1;
    this.fragmentOffset = 0;
    this.moreFragments = false;
    this.fragmentId = 0;
    this.payloadLength = 0;
  }

  /** Narrows what may be read to `length` bytes from `start`, as a length field says. */
  limit(start: number, length: number): void {
    const end = start + length;
    if (end < this.end) this.end = end;
    if (end < this.wireEnd) this.wireEnd = end;
  }

  /** Notes a tunnel: packets in tunnels of other identifiers are others, whatever their addresses. */
  enterTunnel(identifier: number): void {
    let mixed = Math.imul(this.tunnel ^ identifier, 0x9e3779b1) + 0x7f4a7c15;
    mixed ^= mixed >>> 15;
    this.tunnel = mixed | 0;
  }

  /** A copy that may be kept; it has no bytes. */
  copy(): PacketHeaders {
    const copy = Object.assign(new PacketHeaders(), this);
    copy.data = EMPTY;
    return copy;
  }
}
