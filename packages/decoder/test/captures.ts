import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Packet } from '@antinex/decoder';

/** Captures and what the oracle reads from them; not part of the repository. */
const PCAPS = fileURLToPath(new URL('../../../../shared/pcaps/', import.meta.url));

export const hasOracle = existsSync(`${PCAPS}expected`);

/** A line of the oracle: one frame. */
export interface Expected {
  /** Frame number, from 1. */
  n: number;
  stack?: string[];
  depth?: Record<string, number>;
  /** Why tshark stopped, if it did. */
  bad?: string[];
  /** Fields in which tshark and scapy differ. */
  amb?: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: the oracle's layers, as they come
  [layer: string]: any;
}

export const oracleCaptures = (): string[] =>
  hasOracle ? readdirSync(`${PCAPS}visible`).filter(isCapture) : [];

/** Captures of the project's own; see examples/captures. */
const EXAMPLES = fileURLToPath(new URL('../../../examples/captures/', import.meta.url));

export const exampleCaptures = (): string[] =>
  existsSync(EXAMPLES) ? readdirSync(EXAMPLES).filter(isCapture) : [];

export const readExampleCapture = (name: string): Packet[] => readCapture(readFileSync(`${EXAMPLES}${name}`));

const isCapture = (name: string) => /\.(pcap|pcapng|cap)$/.test(name);

export const readOracleCapture = (name: string): Packet[] =>
  readCapture(readFileSync(`${PCAPS}visible/${name}`));

/** The oracle's line for each frame, by frame number. */
export function readExpected(name: string): Map<number, Expected> {
  const text = gunzipSync(readFileSync(`${PCAPS}expected/${name}.ndjson.gz`)).toString();
  const lines = text.split('\n').filter((line) => line !== '');
  const frames = lines.map((line) => JSON.parse(line) as Expected).filter((line) => 'n' in line);
  return new Map(frames.map((frame) => [frame.n, frame]));
}

/** The packets of a sound capture: just what tests need, apart from the product's own reader. */
export function readCapture(file: Buffer): Packet[] {
  return file.readUInt32LE(0) === SECTION ? readPcapng(file) : readPcap(file);
}

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** Kuznetzov's libpcap: eight bytes more in each record header. */
const MODIFIED = 0xa1b2cd34;
const SUBSECONDS = 1_000_000_000n;

type U16 = (at: number) => number;
type U32 = (at: number) => number;

const readers = (file: Buffer, little: boolean): [U16, U32] =>
  little
    ? [(at) => file.readUInt16LE(at), (at) => file.readUInt32LE(at)]
    : [(at) => file.readUInt16BE(at), (at) => file.readUInt32BE(at)];

function readPcap(file: Buffer): Packet[] {
  const little = [MICROSECONDS, NANOSECONDS, MODIFIED].includes(file.readUInt32LE(0));
  const [, u32] = readers(file, little);
  const header = u32(0) === MODIFIED ? 24 : 16;
  const scale = u32(0) === NANOSECONDS ? 1 : 1000;
  const linkType = u32(20) & 0xffff;
  const packets: Packet[] = [];
  for (let at = 24; at + header <= file.length; ) {
    const size = u32(at + 8);
    const from = at + header;
    if (from + size > file.length) break;
    const nanos = u32(at + 4) * scale;
    // A fraction of a second or more counts on in seconds: one capture has such times.
    const seconds = u32(at) + Math.floor(nanos / 1e9);
    packets.push(new Packet(file, from, size, u32(at + 12), linkType, seconds, nanos % 1e9, ''));
    at = from + size;
  }
  return packets;
}

interface Interface {
  linkType: number;
  snaplen: number;
  ticksPerSecond: bigint;
}

function readPcapng(file: Buffer): Packet[] {
  const packets: Packet[] = [];
  let [u16, u32] = readers(file, true);
  let interfaces: Interface[] = [];
  for (let at = 0; at + 12 <= file.length; ) {
    const type = u32(at);
    if (type === SECTION) {
      [u16, u32] = readers(file, file.readUInt32LE(at + 8) === BYTE_ORDER);
      interfaces = [];
    }
    const length = u32(at + 4);
    if (length < 12 || at + length > file.length) break;
    const body = at + 8;
    const add = (from: number, size: number, original: number, id: number, ticks: bigint) => {
      const { linkType, ticksPerSecond } = interfaces[id];
      const nanos = Number(((ticks % ticksPerSecond) * SUBSECONDS) / ticksPerSecond);
      const seconds = Number(ticks / ticksPerSecond);
      packets.push(new Packet(file, from, size, original, linkType, seconds, nanos, String(id)));
    };
    const ticks = () => (BigInt(u32(body + 4)) << 32n) | BigInt(u32(body + 8));
    if (type === 1) {
      const ticksPerSecond = resolution(file, u16, body + 8, at + length - 4);
      interfaces.push({ linkType: u16(body), snaplen: u32(body + 4), ticksPerSecond });
    } else if (type === 6) add(body + 20, u32(body + 12), u32(body + 16), u32(body), ticks());
    else if (type === 2) add(body + 20, u32(body + 12), u32(body + 16), u16(body), ticks());
    else if (type === 3) {
      const original = u32(body);
      add(body + 4, Math.min(original, interfaces[0].snaplen || original), original, 0, 0n);
    }
    at += length;
  }
  return packets;
}

/** if_tsresol: option 9 of an interface. */
function resolution(file: Buffer, u16: U16, from: number, to: number): bigint {
  for (let at = from; at + 4 <= to && u16(at) !== 0; at += 4 + Math.ceil(u16(at + 2) / 4) * 4) {
    if (u16(at) !== 9) continue;
    const value = file[at + 4];
    return (value & 0x80 ? 2n : 10n) ** BigInt(value & 0x7f);
  }
  return 1_000_000n;
}
