import {
  decode,
  encodeLayers,
  encodeMessage,
  type LayerInput,
  LazyMessage,
  LinkType,
  Packet,
  type PacketMessage,
  toMessage,
} from '@antinex/decoder';

const ETHER = { layer: 'ether', dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01', type: 0x0800 } as const;

/** The message of a frame, as a capture of ours makes it. */
export function messageOfBytes(data: Buffer, number = 1, originalLength = data.length): PacketMessage {
  return toMessage(decode(packetOfBytes(data, number, originalLength)), ORIGIN, number);
}

const ORIGIN = { source: 'host-a', session: 's1' };

function packetOfBytes(data: Buffer, number: number, originalLength: number): Packet {
  const time = 1_517_199_999 + Math.floor(number / 1000);
  const nanos = (number % 1000) * 1_000_000;
  return new Packet(data, 0, data.length, originalLength, LinkType.ETHERNET, time, nanos, 'eth0');
}

/** The same message, not made yet. */
export function lazily({ data }: PacketMessage): LazyMessage {
  const { number = 1, originalLength = 0 } = data.frame ?? {};
  return new LazyMessage(decode(packetOfBytes(encodeMessage(data), number, originalLength)), ORIGIN, number);
}

const messageOf = (layers: readonly LayerInput[], number = 1): PacketMessage =>
  messageOfBytes(encodeLayers([ETHER, ...layers]), number);

/** The message as it comes out of a broker. */
export const parsed = <T>(message: T): T => JSON.parse(JSON.stringify(message));

const ip = (proto: number, len: number) =>
  ({
    layer: 'ip',
    ...{ version: 4, ihl: 5, tos: 0, len, id: 7, flags: 2, frag: 0, ttl: 64, proto, chksum: 0x1234 },
    ...{ src: '10.0.0.1', dst: '10.0.0.2' },
  }) as const;

const tcp = (options = '') =>
  ({
    layer: 'tcp',
    ...{
      sport: 40_000,
      dport: 9999,
      seq: 4_000_000_000,
      ack: 17,
      dataofs: 5 + options.length / 8,
      reserved: 0,
    },
    ...{ flags: 0x18, window: 501, chksum: 0xbeef, urgptr: 0 },
    ...(options === '' ? {} : { options: { raw: options } }),
  }) as const;

const udp = (dport: number, len: number) => ({ layer: 'udp', sport: 40_000, dport, len, chksum: 0 }) as const;
const raw = (load: string) => ({ layer: 'raw', load }) as const;

/** A TCP segment with payload; what tests append by the hundred. */
export const tcpMessage = (number: number, payload = '48656c6c6f'): PacketMessage =>
  messageOf([ip(6, 40 + payload.length / 2), tcp(), raw(payload)], number);

/** One message of each kind: options, lists, JSON cells, packets in packets, and what went wrong. */
export const SAMPLES: readonly PacketMessage[] = [
  tcpMessage(1),
  messageOf([ip(6, 60), tcp('020405b40402080a000000010000000201030307')], 2),
  messageOf([ip(6, 52), tcp('0101050a0000000100000002')], 3),
  messageOf([ip(6, 44), tcp('fd040102')], 4),
  messageOf([ip(17, 45), udp(53, 25), raw('12340100000100000000000001610000010001')], 5),
  messageOf([ip(17, 33), udp(1900, 13), raw('2c220a0d20')], 6),
  messageOf([ip(4, 60), ip(6, 40), tcp()], 7),
  messageOf([ip(4, 80), ip(4, 60), ip(6, 40), tcp()], 8),
  messageOf(
    [ip(1, 56), { layer: 'icmp', type: 3, code: 1, chksum: 1, unused: 0 }, ip(17, 28), udp(53, 8)],
    9,
  ),
  messageOfBytes(encodeLayers([ETHER, ip(6, 40), raw('0102')]), 10, 54),
  messageOfBytes(encodeLayers([ETHER, { ...ip(6, 40), ihl: 3 }, raw('0102')]), 11),
  messageOfBytes(Buffer.from('0102', 'hex'), 12),
  messageOfBytes(Buffer.alloc(0), 13),
];
