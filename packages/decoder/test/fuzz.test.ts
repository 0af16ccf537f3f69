import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type DecodedPacket,
  decode,
  encodeMessage,
  LinkType,
  type MessageData,
  messageJson,
  Packet,
  toMessage,
} from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { hasOracle, oracleCaptures, readOracleCapture } from './captures.ts';
import { mutate, Random } from './mutate.ts';
import { SAMPLES, type Sample } from './samples.ts';
import { randomStack } from './stacks.ts';

const FRAMES = process.env.LONG ? 200_000 : 50_000;
const STACKS = process.env.LONG ? 15_000 : 6000;
const SEED = 20_260_807;
const SLOWEST_MS = 50;
const MEGABYTE = 1024 * 1024;
const LINK_TYPES = [...Object.values(LinkType), 127, 65535];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Frames of the captures in ../shared, if it is there: every thirtieth is enough to mutate. */
const foreign = (): Sample[] =>
  oracleCaptures().flatMap((name) =>
    readOracleCapture(name)
      .filter((_packet, i) => i % 30 === 0)
      .map((packet) => ({ frame: Buffer.from(packet.bytes), linkType: packet.linkType })),
  );

/** The whole way of a packet, from its bytes over JSON to its bytes. */
const roundTrip = (packet: Packet): Buffer => backFrom(decode(packet));

function backFrom(decoded: DecodedPacket): Buffer {
  const json = messageJson(toMessage(decoded, { source: 'fuzz', session: '0' }, 1));
  return encodeMessage((JSON.parse(json) as { data: MessageData }).data);
}

/** Milliseconds; when it was long, the best of three more: the machine may have been busy. */
function time(run: () => void): number {
  const once = () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  const first = once();
  return first < SLOWEST_MS / 10 ? first : Math.min(once(), once(), once());
}

describe('mutated frames', () => {
  it('has samples that are sound', () => {
    const bad = SAMPLES.filter(({ frame, linkType }) => {
      const packet = new Packet(frame, 0, frame.length, frame.length, linkType, 0, 0, '');
      const { problem, layers } = decode(packet);
      return problem !== null || layers.length < 2 || !roundTrip(packet).equals(frame);
    });
    expect(bad).toEqual([]);
  });

  it(`survives ${FRAMES} of them: no throw, no hang, no growth, every byte kept`, () => {
    const samples = hasOracle ? [...SAMPLES, ...SAMPLES, ...foreign()] : SAMPLES;
    const random = new Random(SEED);
    const wrong: string[] = [];
    let slowest = 0;
    let broken = 0;
    const before = heldBytes();
    let most = 0;
    for (let i = 0; i < FRAMES; i++) {
      const { frame, linkType: own } = mutate(random, samples);
      const linkType = random.below(4) === 0 ? random.of(LINK_TYPES) : own;
      const cut = random.below(3) === 0 ? 1 + random.below(2000) : 0;
      const packet = new Packet(frame, 0, frame.length, frame.length + cut, linkType, i, i, 'fuzz0');
      try {
        let again = frame;
        let problem: DecodedPacket['problem'] = null;
        slowest = Math.max(
          slowest,
          time(() => {
            const decoded = decode(packet);
            problem = decoded.problem;
            again = backFrom(decoded);
          }),
        );
        if (problem !== null) broken++;
        if (!again.equals(frame))
          wrong.push(`${linkType} ${frame.toString('hex')} came back ${again.toString('hex')}`);
      } catch (error) {
        wrong.push(`${linkType} ${frame.toString('hex')} threw ${(error as Error).stack}`);
      }
      if (i % 20_000 === 19_999) most = Math.max(most, heldBytes() - before);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(slowest).toBeLessThan(SLOWEST_MS);
    // That mutations break frames is what makes this a test.
    expect(broken).toBeGreaterThan(FRAMES / 4);
    expect(most).toBeLessThan(64 * MEGABYTE);
  });

  it('keeps every byte of layers stacked in any order', () => {
    const random = new Random(SEED);
    const wrong: string[] = [];
    const names = new Set<string>();
    let nested = 0;
    for (let i = 0; i < STACKS; i++) {
      const frame = randomStack(random, 24);
      const packet = new Packet(frame, 0, frame.length, frame.length, LinkType.ETHERNET, 0, 0, '');
      const { data } = toMessage(decode(packet), { source: 'fuzz', session: '0' }, 1);
      names.add(data.frame?.protocols ?? '');
      if (data.inner !== undefined) nested++;
      if (!roundTrip(packet).equals(frame)) wrong.push(`${data.frame?.protocols}: ${frame.toString('hex')}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(names.size).toBeGreaterThan(STACKS / 5);
    expect(nested).toBeGreaterThan(STACKS / 3);
  });

  it('has the right names for more stacks than are remembered', () => {
    const depth = 13;
    const wrong: string[] = [];
    const before = heldBytes();
    for (let bits = 0; bits < 2 ** depth; bits++) {
      const names = Array.from({ length: depth }, (_, i) => ((bits >> i) & 1 ? 'ipv6' : 'ip'));
      const frame = Buffer.concat(names.map((name, i) => header(name, names[i + 1])));
      const linkType = names[0] === 'ip' ? LinkType.IPV4 : LinkType.IPV6;
      const packet = new Packet(frame, 0, frame.length, frame.length, linkType, 0, 0, '');
      const { data } = toMessage(decode(packet), { source: 'fuzz', session: '0' }, 1);
      const inside = names.map((_, i) => levelAt(data, i));
      const nested = inside.every((level, i) => level?.[names[i]] !== undefined);
      if (data.frame?.protocols !== names.join(':') || !nested || !roundTrip(packet).equals(frame)) {
        wrong.push(`${names.join(':')} became ${data.frame?.protocols}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(heldBytes() - before).toBeLessThan(16 * MEGABYTE);
  });
});

/** A header without a length, that names the next one. */
function header(name: string, next: string | undefined): Buffer {
  const proto = next === undefined ? 253 : next === 'ip' ? 4 : 41;
  const bytes = Buffer.alloc(name === 'ip' ? 20 : 40);
  bytes[0] = name === 'ip' ? 0x45 : 0x60;
  bytes[name === 'ip' ? 9 : 6] = proto;
  return bytes;
}

const levelAt = (data: MessageData, depth: number): MessageData | undefined =>
  depth === 0 ? data : data.inner && levelAt(data.inner, depth - 1);
