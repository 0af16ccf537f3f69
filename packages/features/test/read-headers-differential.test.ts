import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode, type Layer, type Packet } from '@antinex/decoder';
import { openCapture } from '@antinex/pcap-file';
import { describe, expect, it } from 'vitest';
import { packetOf } from '../../decoder/test/frames.ts';
import { mutate, Random } from '../../decoder/test/mutate.ts';
import { SAMPLES } from '../../decoder/test/samples.ts';
import { PacketHeaders } from '../src/packet/packet-headers.ts';
import { readHeaders } from '../src/packet/read-headers.ts';
import { address } from './packets.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLES = at('../../../examples/captures/');
const VISIBLE = at('../../../../shared/pcaps/visible/');
const FUZZ = at('../../../../shared/pcaps/fuzz/');

const filesOf = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.(pcap|pcapng|cap)/.test(name))
        .map((name) => folder + name)
    : [];

/** What both readers can be asked. */
interface Told {
  source?: string;
  destination?: string;
  protocol?: number;
  ttl?: number;
  fragment?: number;
  more?: boolean;
  ports?: [number, number];
  flags?: number;
  icmp?: [number, number];
}

/** Fields of the decoder's layers, of whatever protocol; a header that was cut short lacks some. */
interface Fields extends Layer {
  readonly [field: string]: unknown;
}

const EXTENSIONS = new Set([0, 43, 44, 51, 60, 135, 139, 140]);

/** What the decoder says of a frame's innermost packet. */
function decoded(packet: Packet): Told {
  let told: Told = {};
  for (const layer of decode(packet).layers as unknown as readonly Fields[]) {
    const { src, dst, proto } = layer;
    if (layer.layer === 'ip' && dst !== undefined && layer.version === 4 && (layer.ihl as number) >= 5) {
      const { ttl, frag, flags } = layer;
      told = {
        source: src as string,
        destination: dst as string,
        protocol: proto as number,
        ttl: ttl as number,
        fragment: frag as number,
        more: ((flags as number) & 1) === 1,
      };
    } else if (layer.layer === 'ipv6' && dst !== undefined && layer.version === 6) {
      const frag = layer.frag as { offset: number; m: number } | undefined;
      // A cut extension header hides the protocol.
      const whole = layer.ext === undefined ? !EXTENSIONS.has(layer.nh as number) : proto !== undefined;
      told = {
        source: src as string,
        destination: dst as string,
        ttl: layer.hlim as number,
        fragment: frag?.offset ?? 0,
        more: frag?.m === 1,
        ...(whole && { protocol: (proto ?? layer.nh) as number }),
      };
    } else if (layer.layer === 'tcp' || layer.layer === 'udp') {
      if (layer.dport === undefined) continue;
      told.ports = [layer.sport as number, layer.dport as number];
      if (layer.layer === 'tcp') told.flags = ((layer.flags as number | undefined) ?? 0) & 0xff;
    } else if (layer.layer === 'icmp' || layer.layer === 'icmpv6') {
      if (layer.code !== undefined) told.icmp = [layer.type as number, layer.code as number];
      // What follows is a quotation.
      return told;
    }
  }
  return told;
}

const headers = new PacketHeaders();

function read(packet: Packet): Told {
  const h = headers;
  h.start(packet.data, packet.offset, packet.capturedLength, packet.originalLength);
  readHeaders(h, packet.linkType, false);
  if (h.version === 0) return {};
  return {
    source: address(h, 'source'),
    destination: address(h, 'destination'),
    ttl: h.ttl,
    fragment: h.fragmentOffset,
    more: h.moreFragments,
    ...(h.protocol >= 0 && { protocol: h.protocol }),
    ...(h.hasPorts &&
      (h.protocol === 6 || h.protocol === 17) && { ports: [h.sourcePort, h.destinationPort] }),
    ...(h.hasPorts && h.protocol === 6 && { flags: h.tcpFlags }),
    ...(h.icmpType >= 0 && { icmp: [h.icmpType, h.icmpCode] }),
  };
}

async function packetsOf(file: string): Promise<Packet[]> {
  const packets: Packet[] = [];
  try {
    for await (const batch of await openCapture(file)) packets.push(...batch);
  } catch {
    // Damaged captures give what they have.
  }
  return packets;
}

describe.each([
  ['examples', filesOf(EXAMPLES)],
  ['captures of others (needs ../shared)', filesOf(VISIBLE)],
  ['malformed captures (needs ../shared)', filesOf(FUZZ)],
])('agrees with the decoder: %s', (_name, files) => {
  it.skipIf(files.length === 0)('packet by packet', async () => {
    let packets = 0;
    for (const file of files) {
      for (const [number, packet] of (await packetsOf(file)).entries()) {
        packets++;
        const told = read(packet);
        const expected = decoded(packet);
        if (JSON.stringify(Object.entries(told).sort()) !== JSON.stringify(Object.entries(expected).sort())) {
          expect(told, `${file} packet ${number + 1}`).toEqual(expected);
        }
      }
    }
    expect(packets).toBeGreaterThan(100);
  });
});

describe('agrees with the decoder: mutated frames', () => {
  it('whatever they are', async () => {
    const files = [...filesOf(EXAMPLES), ...filesOf(VISIBLE)];
    const all = (await Promise.all(files.map(packetsOf))).flat();
    const stride = Math.max(1, Math.floor(all.length / 3000));
    const chosen = all.filter((_, i) => i % stride === 0);
    const samples = [...SAMPLES, ...chosen.map(({ bytes, linkType }) => ({ frame: bytes, linkType }))];
    const random = new Random(20_261);
    const runs = process.env.LONG ? 1_000_000 : 25_000;
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const { frame, linkType } = mutate(random, samples);
      const packet = packetOf(frame, { linkType, cut: random.below(3) === 0 ? random.below(100) : 0 });
      const told = read(packet);
      const expected = decoded(packet);
      if (told.ports !== undefined) found++;
      if (JSON.stringify(Object.entries(told).sort()) !== JSON.stringify(Object.entries(expected).sort())) {
        expect(told, frame.toString('hex')).toEqual(expected);
      }
    }
    expect(found).toBeGreaterThan(runs / 10);
  });
});
