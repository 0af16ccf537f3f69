import { hash } from 'node:crypto';
import { IpProtocol } from '../packet/next.ts';
import { icmpPorts } from './icmp-ports.ts';

/** What a Community ID is made of. */
export interface CommunityIdFlow {
  /** 4 or 16 bytes, network order; both of one kind. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** IP protocol number. */
  readonly protocol: number;
  /** Of TCP, UDP and SCTP; no other protocol's ports count. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Of ICMP and ICMPv6: those of a packet from `source` to `destination`. */
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
}

const VERSION = '1:';
const buffer = Buffer.alloc(2 + 16 + 16 + 2 + 4);

/**
 * The Community ID, version 1, of a flow: the same text for both directions, in every program that follows
 * the specification (github.com/corelight/community-id-spec). Programs that share IDs share the `seed`,
 * 0 to 65535. Null for ICMP of unknown type.
 */
export function communityId(flow: CommunityIdFlow, seed = 0): string | null {
  const ports = portsOf(flow);
  if (ports === null) return null;
  const { source, destination, protocol } = flow;
  const inOrder = ports?.oneWay || isOrdered(source, destination, ports);
  let end = buffer.writeUInt16BE(seed, 0);
  end = put(inOrder ? source : destination, end);
  end = put(inOrder ? destination : source, end);
  end = buffer.writeUInt8(protocol, end);
  end = buffer.writeUInt8(0, end);
  if (ports !== undefined) {
    end = buffer.writeUInt16BE(inOrder ? ports.source : ports.destination, end);
    end = buffer.writeUInt16BE(inOrder ? ports.destination : ports.source, end);
  }
  return VERSION + hash('sha1', buffer.subarray(0, end), 'base64');
}

interface Ports {
  readonly source: number;
  readonly destination: number;
  readonly oneWay: boolean;
}

/** Undefined for protocols that have none, null where they are not known. */
function portsOf(flow: CommunityIdFlow): Ports | undefined | null {
  const { icmpType, icmpCode = 0, sourcePort = 0, destinationPort = 0 } = flow;
  switch (flow.protocol) {
    case IpProtocol.ICMP:
      return icmpType === undefined ? null : icmpPorts(4, icmpType, icmpCode);
    case IpProtocol.ICMPV6:
      return icmpType === undefined ? null : icmpPorts(6, icmpType, icmpCode);
    case IpProtocol.TCP:
    case IpProtocol.UDP:
    case IpProtocol.SCTP:
      return { source: sourcePort, destination: destinationPort, oneWay: false };
    default:
      return undefined;
  }
}

function isOrdered(source: Uint8Array, destination: Uint8Array, ports: Ports | undefined): boolean {
  const order = Buffer.compare(source, destination);
  return order < 0 || (order === 0 && ports !== undefined && ports.source < ports.destination);
}

function put(address: Uint8Array, at: number): number {
  buffer.set(address, at);
  return at + address.length;
}
