import { type DecodedPacket, decode, type Layer, type Packet } from '@antinex/decoder';
import { Clock } from '../flow/clock.ts';
import type { Lengths } from '../flow/flow-recorder.ts';
import type { Cell } from '../output/table.ts';

/** What the table takes from a layer, of whatever protocol; a header that was cut short lacks fields. */
interface Fields extends Layer {
  readonly src?: string;
  readonly dst?: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly qd?: readonly { readonly qname: string }[];
  readonly an?: readonly { readonly rdata: unknown }[];
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  tcp: 'TCP',
  udp: 'UDP',
  icmp: 'ICMP',
  icmpv6: 'ICMPv6',
};

/** Longest list of DNS answers that is written. */
const MAX_ANSWERS = 32;

/**
 * A table of packets like netml's pcap2pandas, a row for each packet of whatever kind, null for what it
 * has not. Of several headers of a kind the outermost counts. Unlike netml's: the time of day is UTC, the
 * DNS columns hold texts (netml's hold tuples), IPv6 addresses are there (as numbers they are null), and
 * lengths are the wire's unless captured ones are asked for.
 */
export class PacketTable {
  private readonly clock = new Clock('exact');
  private readonly lengths: Lengths;
  private first: number | undefined;

  constructor(lengths: Lengths = 'wire') {
    this.lengths = lengths;
  }

  /** The row of the next packet, as PACKET_COLUMNS has it. */
  row(packet: Packet): Cell[] {
    const time = this.clock.read(packet.timestampSeconds, packet.timestampNanos);
    this.first ??= time;
    const { ether, ip, transport, dns } = layersOf(decode(packet));
    return [
      dayTime(packet.timestampSeconds),
      dns?.qd?.[0]?.qname ?? null,
      answers(dns),
      ip?.dst ?? null,
      ipNumber(ip?.dst),
      ip?.src ?? null,
      ipNumber(ip?.src),
      dns !== undefined,
      this.lengths === 'wire' ? packet.originalLength : packet.capturedLength,
      ether?.dst ?? null,
      macNumber(ether?.dst),
      ether?.src ?? null,
      macNumber(ether?.src),
      transport?.dport ?? null,
      transport?.sport ?? null,
      transport === undefined ? null : PROTOCOLS[transport.layer],
      this.clock.epochSeconds(time),
      this.clock.seconds(this.first, time),
    ];
  }
}

/** The outermost header of each kind. What an ICMP error quotes is none of the packet's. */
function layersOf({ layers }: DecodedPacket) {
  const outermost = (...names: string[]): Fields | undefined =>
    layers.find(({ layer }) => names.includes(layer)) as Fields | undefined;
  const transport = outermost(...Object.keys(PROTOCOLS));
  const quotes = transport?.layer === 'icmp' || transport?.layer === 'icmpv6';
  return {
    ether: outermost('ether'),
    ip: outermost('ip', 'ipv6'),
    transport,
    dns: quotes ? undefined : outermost('dns'),
  };
}

const LAST_SECOND = 8.64e12;

/** `YYYY-MM-DD HH:MM:SS`, UTC. */
function dayTime(seconds: number): string | null {
  if (Math.abs(seconds) > LAST_SECOND) return null;
  return new Date(seconds * 1000).toISOString().slice(0, -5).replace('T', ' ');
}

function answers(dns: Fields | undefined): string | null {
  if (!dns?.an?.length) return null;
  const texts = dns.an.slice(0, MAX_ANSWERS).map(({ rdata }) => {
    return typeof rdata === 'string' ? rdata : JSON.stringify(rdata);
  });
  return texts.join(' ');
}

function ipNumber(address: string | undefined): number | null {
  if (address === undefined || address.includes(':')) return null;
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
}

const macNumber = (address: string | undefined): number | null =>
  address === undefined ? null : Number.parseInt(address.replaceAll(':', ''), 16);
