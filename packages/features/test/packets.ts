import { encodeLayers, type LayerInput, LinkType, Packet } from '@antinex/decoder';
import { formatIpv4, formatIpv6 } from '@antinex/decoder/packet';
import type { PacketHeaders } from '../src/packet/packet-headers.ts';

/** An address as `PacketHeaders` has it, as text. */
export function address(h: PacketHeaders, end: 'source' | 'destination'): string {
  const words = [h[`${end}0`], h[`${end}1`], h[`${end}2`], h[`${end}3`]];
  const bytes = Buffer.alloc(16);
  words.forEach((word, i) => {
    bytes.writeInt32BE(word, 4 * i);
  });
  return h.version === 4 ? formatIpv4(bytes, 0) : formatIpv6(bytes, 0);
}

export interface Segment {
  /** `10.0.0.1` or `2001:db8::1`, and a port. */
  readonly from: string;
  readonly to: string;
  readonly ports?: readonly [source: number, destination: number];
  readonly protocol?: 'tcp' | 'udp';
  /** Letters of TCP flags: `SA`. */
  readonly flags?: string;
  /** Bytes of payload. */
  readonly payload?: number;
  readonly ttl?: number;
  /** VLAN identifiers, outermost first. */
  readonly vlans?: readonly number[];
  /** Bytes behind the packet's own end. */
  readonly padding?: number;
  /** Put around the IP packet: what stands between Ethernet and it. */
  readonly tunnel?: readonly LayerInput[];
  /** Offset (in 8-byte units), whether more follow, identifier. */
  readonly fragment?: readonly [offset: number, more: boolean, id: number];
}

const FLAGS = 'FSRPAUEC';
const MAC = { dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01' };

/** The frame of a packet, its lengths as they should be. */
export function frameOf(segment: Segment): Buffer {
  const { vlans = [], tunnel, padding = 0 } = segment;
  const inner = encodeLayers(networkOf(segment));
  const isIpv6 = segment.from.includes(':');
  const type = tunnel ? 0x0800 : isIpv6 ? 0x86dd : 0x0800;
  const types = [...vlans.map(() => 0x8100), type];
  const link: LayerInput[] = [{ layer: 'ether', ...MAC, type: types[0] }];
  if (vlans.length > 0) {
    const zeros = vlans.map(() => 0);
    link.push({ layer: 'dot1q', prio: zeros, dei: zeros, vlan: [...vlans], type: types.slice(1) });
  }
  return Buffer.concat([encodeLayers([...link, ...(tunnel ?? [])]), inner, Buffer.alloc(padding)]);
}

function networkOf(segment: Segment): LayerInput[] {
  const { from, to, protocol = 'tcp', payload = 0, ttl = 64, fragment } = segment;
  const proto = protocol === 'tcp' ? 6 : 17;
  const transport = fragment && fragment[0] > 0 ? [] : [transportOf(segment)];
  const load = '00'.repeat(payload);
  const length = encodeLayers(transport).length + payload;
  const rest: LayerInput[] = [...transport, { layer: 'raw', load }];
  if (from.includes(':')) {
    return [
      { layer: 'ipv6', version: 6, tc: 0, fl: 0, plen: length, nh: proto, hlim: ttl, src: from, dst: to },
      ...rest,
    ];
  }
  const [frag, more, id] = fragment ?? [0, false, 0];
  const flags = more ? 1 : 0;
  const header = { version: 4, ihl: 5, tos: 0, len: 20 + length, id, flags, frag, ttl, proto, chksum: 0 };
  return [{ layer: 'ip', ...header, src: from, dst: to }, ...rest];
}

function transportOf({ ports = [1000, 80], protocol = 'tcp', flags = '', payload = 0 }: Segment): LayerInput {
  const [sport, dport] = ports;
  if (protocol === 'udp') return { layer: 'udp', sport, dport, len: 8 + payload, chksum: 0 };
  const bits = [...flags].reduce((sum, letter) => sum | (1 << FLAGS.indexOf(letter)), 0);
  return {
    layer: 'tcp',
    sport,
    dport,
    seq: 1,
    ack: 0,
    dataofs: 5,
    reserved: 0,
    flags: bits,
    window: 1000,
    chksum: 0,
    urgptr: 0,
  };
}

/** A captured frame at a time in seconds (to the nanosecond as far as a double goes). */
export function captured(
  frame: Buffer,
  seconds: number,
  { cut = 0, linkType = LinkType.ETHERNET as number } = {},
): Packet {
  const whole = Math.floor(seconds);
  const nanos = Math.round((seconds - whole) * 1e9);
  const kept = frame.subarray(0, Math.max(0, frame.length - cut));
  return new Packet(kept, 0, kept.length, frame.length, linkType, whole, nanos, '');
}

/** The packet of a segment at a time. */
export const packetAt = (seconds: number, segment: Segment, cut = 0): Packet =>
  captured(frameOf(segment), seconds, { cut });

/** Packets in one batch. */
export async function* batchOf(packets: readonly Packet[], size = packets.length): AsyncGenerator<Packet[]> {
  for (let at = 0; at < packets.length; at += size) yield packets.slice(at, at + size);
}
