// Writes a capture of made-up conversations: many at once, most of them short, a few very long, as in real traffic.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { encodeLayers, LinkType, Packet } from '@antinex/decoder';
import { PcapWriter } from '@antinex/pcap-file';

const BATCH = 4096;
/** Conversations that go on at once. */
const OPEN = 500;
/** Packets of a conversation: at least so many, and so on with a long tail (Pareto), up to a most. */
const LEAST = 8;
const MOST = 20_000;
const TAIL = 1.15;
/** Parts of a hundred conversations. */
const UDP = 25;
const IPV6 = 10;
const MTU_PAYLOAD = 1448;
const MAC = { dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01' };
const Flag = { FIN: 1, SYN: 2, PSH: 8, ACK: 16 };

/** The same numbers each time (xorshift32). */
function randomNumbers(seed) {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** A conversation between hosts that no other has; frames as they come. */
class Conversation {
  constructor(number, random) {
    const isIpv6 = random(100) < IPV6;
    this.protocol = random(100) < UDP ? 'udp' : 'tcp';
    const uniform = (random(1 << 20) + 1) / (1 << 20);
    this.packets = Math.min(MOST, Math.floor(LEAST * uniform ** (-1 / TAIL)));
    this.sent = 0;
    this.random = random;
    const [a, b, c] = [(number >> 16) & 255, (number >> 8) & 255, number & 255];
    const client = isIpv6 ? `2001:db8::${a}:${b}:${c}` : `10.${a}.${b}.${c}`;
    const server = isIpv6 ? '2001:db8::1:1' : `172.16.${random(4)}.${random(256)}`;
    const ports = [1024 + random(60_000), this.protocol === 'udp' ? 53 : 443];
    this.there = this.template(client, server, ports, isIpv6);
    this.back = this.template(server, client, ports.toReversed(), isIpv6);
    this.isIpv6 = isIpv6;
  }

  get isOver() {
    return this.sent === this.packets;
  }

  /** Headers of one direction, with room for the longest payload. */
  template(src, dst, [sport, dport], isIpv6) {
    const proto = this.protocol === 'tcp' ? 6 : 17;
    const network = isIpv6
      ? { layer: 'ipv6', version: 6, tc: 0, fl: 0, plen: 0, nh: proto, hlim: 60, src, dst }
      : {
          layer: 'ip',
          version: 4,
          ihl: 5,
          tos: 0,
          len: 0,
          id: 0,
          flags: 2,
          frag: 0,
          ttl: 60,
          proto,
          chksum: 0,
          src,
          dst,
        };
    const tcp = { seq: 0, ack: 0, dataofs: 5, reserved: 0, flags: 0, window: 500, chksum: 0, urgptr: 0 };
    const transport = { layer: this.protocol, sport, dport, ...(proto === 6 ? tcp : { len: 0, chksum: 0 }) };
    const link = { layer: 'ether', ...MAC, type: isIpv6 ? 0x86dd : 0x0800 };
    const headers = encodeLayers([link, network, transport]);
    return Buffer.concat([headers, Buffer.alloc(MTU_PAYLOAD)]);
  }

  next() {
    const { random, isIpv6, protocol } = this;
    const number = this.sent++;
    const isBack = number % 2 === 1;
    const control = protocol === 'tcp' && (number < 3 || number >= this.packets - 2);
    const payload = control ? 0 : [0, 40 + random(400), MTU_PAYLOAD][random(3)];
    const transportAt = isIpv6 ? 54 : 34;
    const length = transportAt + (protocol === 'tcp' ? 20 : 8) + payload;
    const frame = Buffer.from((isBack ? this.back : this.there).subarray(0, length));
    if (isIpv6) frame.writeUInt16BE(length - 54, 18);
    else {
      frame.writeUInt16BE(length - 14, 16);
      frame.writeUInt16BE(headerChecksum(frame), 24);
    }
    if (protocol === 'udp') frame.writeUInt16BE(8 + payload, transportAt + 4);
    else {
      const open = number === 0 ? Flag.SYN : number === 1 ? Flag.SYN | Flag.ACK : Flag.ACK;
      const close = number >= this.packets - 2 ? Flag.FIN | Flag.ACK : open;
      frame[transportAt + 13] = payload > 0 ? Flag.PSH | Flag.ACK : close;
    }
    return frame;
  }
}

function headerChecksum(frame) {
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += frame.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/**
 * Writes `count` packets to `path`, each cut to `snapLength` bytes, a few microseconds apart; answers their
 * mean length on the wire and the number of conversations.
 */
export async function makeFlows(path, count, snapLength = Number.POSITIVE_INFINITY) {
  const random = randomNumbers(20_260_101);
  let begun = 0;
  const open = Array.from({ length: OPEN }, () => new Conversation(begun++, random));
  let micros = 0;
  let bytes = 0;
  const packetOf = () => {
    const i = random(OPEN);
    if (open[i].isOver) open[i] = new Conversation(begun++, random);
    const frame = open[i].next();
    micros += random(40);
    bytes += frame.length;
    const kept = frame.subarray(0, snapLength);
    const seconds = 1_700_000_000 + Math.floor(micros / 1e6);
    const nanos = (micros % 1e6) * 1000;
    return new Packet(kept, 0, kept.length, frame.length, LinkType.ETHERNET, seconds, nanos, '');
  };
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  const writer = new PcapWriter(file, { linkType: LinkType.ETHERNET, resolution: 'us' });
  for (let done = 0; done < count; done += BATCH) {
    await writer.writeBatch(Array.from({ length: Math.min(BATCH, count - done) }, packetOf));
  }
  await writer.end();
  if (!file.closed) {
    file.end();
    await once(file, 'close');
  }
  return { meanBytes: bytes / count, conversations: begun };
}
