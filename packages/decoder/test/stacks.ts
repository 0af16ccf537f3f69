import type { Random } from './mutate.ts';

/** A header's template, where it names the next layer, and in which numbers. */
interface Header {
  readonly bytes: Buffer;
  readonly at: number;
  readonly width: 1 | 2;
  readonly next: Space;
}
type Space = 'type' | 'ppp' | 'proto' | 'port';

const header = (hex: string, at: number, width: 1 | 2, next: Space): Header => ({
  bytes: Buffer.from(hex.replaceAll(' ', ''), 'hex'),
  at,
  width,
  next,
});

const IPV4 = header(`45000000 00010000 40000000 c000020a c0000201`, 9, 1, 'proto');
const IPV6 = header(`60000000 0000 00 40 ${'20010db8'.repeat(8)}`, 6, 1, 'proto');
const HOP_BY_HOP = header('00 00 050200000100', 0, 1, 'proto');
const ETHERNET = header('020000000002 020000000001 0000', 12, 2, 'type');
const TAG = header('2064 0000', 2, 2, 'type');
const MPLS_IPV4 = header(`00001000 00011140 ${IPV4.bytes.toString('hex')}`, 17, 1, 'proto');
const MPLS_IPV6 = header(`00011140 ${IPV6.bytes.toString('hex')}`, 10, 1, 'proto');
const ICMP_ERROR = header(`03030000 00000000 ${IPV4.bytes.toString('hex')}`, 17, 1, 'proto');
const ICMPV6_ERROR = header(`01040000 00000000 ${IPV6.bytes.toString('hex')}`, 14, 1, 'proto');
const VXLAN = header(`0800000000002a00 ${ETHERNET.bytes.toString('hex')}`, 20, 2, 'type');
const PPP = header('0000', 0, 2, 'ppp');

/** What each number of a space stands for. */
const CHOICES: Readonly<Record<Space, readonly (readonly [number, Header])[]>> = {
  type: [
    [0x0800, IPV4],
    [0x86dd, IPV6],
    [0x6558, ETHERNET],
    [0x8100, TAG],
    [0x88a8, TAG],
    [0x88e7, header('00000007 020000000003 020000000004 0000', 16, 2, 'type')],
    [0x8909, header('01 01 00010064 0000', 6, 2, 'type')],
    [0x8847, MPLS_IPV4],
    [0x8847, MPLS_IPV6],
    [0x8864, header('1100 0001 ffff 0000', 6, 2, 'ppp')],
    [0x880b, PPP],
    // An 802.3 length that says nothing, LLC and SNAP.
    [1535, header('aaaa03 000000 0000', 6, 2, 'type')],
  ],
  ppp: [
    [0x0021, IPV4],
    [0x0057, IPV6],
    [0x0281, MPLS_IPV4],
  ],
  proto: [
    [4, IPV4],
    [41, IPV6],
    [0, HOP_BY_HOP],
    [47, header('0000 0000', 2, 2, 'type')],
    [47, header('3001 0000 00000001 00000002', 2, 2, 'type')],
    [137, MPLS_IPV4],
    [1, ICMP_ERROR],
    [58, ICMPV6_ERROR],
    [17, header('1000 0000 0000 0000', 2, 2, 'port')],
  ],
  port: [[4789, VXLAN]],
};

/** An Ethernet frame of up to `depth` headers, each named by the one before it, without a length anywhere. */
export function randomStack(random: Random, depth: number): Buffer {
  const parts = [Buffer.from(ETHERNET.bytes)];
  let last = ETHERNET;
  for (let left = random.below(depth); left > 0; left--) {
    const [id, next] = random.of(CHOICES[last.next]);
    const bytes = parts[parts.length - 1];
    if (last.width === 1) bytes[last.at] = id;
    else bytes.writeUInt16BE(id, last.at);
    parts.push(Buffer.from(next.bytes));
    last = next;
  }
  return Buffer.concat([...parts, random.bytes(random.below(6))]);
}
