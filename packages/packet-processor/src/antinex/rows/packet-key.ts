import type { ParsedMessage } from '../../messages/message.ts';

type Cell = string | number | undefined;

/** What tells a person which packet a row is of; undefined where the packet does not say. */
export interface PacketKey {
  readonly id: string | undefined;
  /** When it was captured, as the message writes it. */
  readonly time: Cell;
  /** The host that captured. */
  readonly source: Cell;
  readonly etherSource: Cell;
  readonly etherDestination: Cell;
  /** Addresses of IP, or those that ARP is about. */
  readonly sourceAddress: Cell;
  readonly destinationAddress: Cell;
  /** Of TCP or UDP. */
  readonly sourcePort: Cell;
  readonly destinationPort: Cell;
}

/** Longer texts are none of a packet's key. */
const LONGEST_TEXT = 512;

const fieldsIn = (holder: unknown, key: string): Record<string, unknown> =>
  Object((holder as Record<string, unknown>)[key]);

function cell(value: unknown): Cell {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'string' && value.length <= LONGEST_TEXT ? value : undefined;
}

/** Reads the outermost layers of a message of either schema. */
export function packetKey(message: ParsedMessage): PacketKey {
  const { id, source, created } = message as ParsedMessage & { source?: unknown; created?: unknown };
  const data = Object(message.data);
  const [frame, ether, arp] = ['frame', 'ether', 'arp'].map((layer) => fieldsIn(data, layer));
  const ip = fieldsIn(data, data.ip === undefined ? 'ipv6' : 'ip');
  const ports = fieldsIn(data, data.tcp === undefined ? 'udp' : 'tcp');
  return {
    id: cell(id) as string | undefined,
    time: cell(frame.time ?? created),
    source: cell(source),
    etherSource: cell(ether.src),
    etherDestination: cell(ether.dst),
    sourceAddress: cell(ip.src ?? arp.psrc),
    destinationAddress: cell(ip.dst ?? arp.pdst),
    sourcePort: cell(ports.sport),
    destinationPort: cell(ports.dport),
  };
}
