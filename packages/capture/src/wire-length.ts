import { LinkType } from '@antinex/decoder';

const ETHERNET_HEADER = 14;
const ETHERTYPE = 12;
const IPV4 = 0x0800;
const IPV4_TOTAL_LENGTH = ETHERNET_HEADER + 2;
const IPV6 = 0x86dd;
const IPV6_HEADER = 40;
const IPV6_PAYLOAD_LENGTH = ETHERNET_HEADER + 4;

/**
 * Bytes a frame had on the wire, for a frame that fills the snaplen of a binding that does not say.
 * On loopback, segments of 65,549 bytes are everyday: what they lost shows in the IP header. Never less
 * than `capturedLength`, which is also the answer for other frames.
 */
export function wireLength(frame: Buffer, capturedLength: number, linkType: number): number {
  if (linkType !== LinkType.ETHERNET || capturedLength < ETHERNET_HEADER + IPV6_HEADER) return capturedLength;
  const etherType = frame.readUInt16BE(ETHERTYPE);
  if (etherType === IPV4) {
    return Math.max(capturedLength, ETHERNET_HEADER + frame.readUInt16BE(IPV4_TOTAL_LENGTH));
  }
  if (etherType === IPV6) {
    const payloadLength = frame.readUInt16BE(IPV6_PAYLOAD_LENGTH);
    return Math.max(capturedLength, ETHERNET_HEADER + IPV6_HEADER + payloadLength);
  }
  return capturedLength;
}
