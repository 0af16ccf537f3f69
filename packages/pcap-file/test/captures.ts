import { readdirSync, readlinkSync } from 'node:fs';
import { Packet } from '@antinex/decoder';
import * as fc from 'fast-check';
import { type CaptureFileError, type CaptureOptions, CaptureReader } from '../src/index.ts';

/*
 * Encoders for captures of any kind, impossible ones too. They share no code with the package.
 */

/** An integer of `size` bytes in either byte order; too large ones wrap. */
export function int(size: number, value: number | bigint, littleEndian = true): Buffer {
  const bytes = Buffer.alloc(size);
  let rest = BigInt.asUintN(size * 8, BigInt(value));
  for (let i = 0; i < size; i++) {
    bytes[littleEndian ? i : size - 1 - i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

export interface PcapShape {
  magic?: number;
  littleEndian?: boolean;
  version?: [major: number, minor: number];
  snapLength?: number;
  linkField?: number;
  /** Behind the file header. */
  extra?: Buffer;
}

export function pcapFileHeader(shape: PcapShape = {}): Buffer {
  const {
    magic = 0xa1b2c3d4,
    littleEndian = true,
    version = [2, 4],
    snapLength = 65535,
    linkField = 1,
  } = shape;
  return Buffer.concat([
    int(4, magic, littleEndian),
    int(2, version[0], littleEndian),
    int(2, version[1], littleEndian),
    int(8, 0),
    int(4, snapLength, littleEndian),
    int(4, linkField, littleEndian),
    shape.extra ?? Buffer.alloc(0),
  ]);
}

export interface RecordShape {
  seconds?: number;
  fraction?: number;
  data?: Buffer;
  capturedLength?: number;
  originalLength?: number;
  /** Behind the four common fields. */
  extra?: Buffer;
}

export function pcapRecordBytes(shape: RecordShape = {}, littleEndian = true): Buffer {
  const { seconds = 1, fraction = 2, data = Buffer.from('0123456789'), extra = Buffer.alloc(0) } = shape;
  const capturedLength = shape.capturedLength ?? data.length;
  return Buffer.concat([
    int(4, seconds, littleEndian),
    int(4, fraction, littleEndian),
    int(4, capturedLength, littleEndian),
    int(4, shape.originalLength ?? capturedLength, littleEndian),
    extra,
    data,
  ]);
}

const pad = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);

export function block(type: number, body: Buffer, littleEndian = true): Buffer {
  const padded = pad(body);
  const length = int(4, padded.length + 12, littleEndian);
  return Buffer.concat([int(4, type, littleEndian), length, padded, length]);
}

export function sectionHeader(littleEndian = true, major = 1, minor = 0): Buffer {
  const body = [int(4, 0x1a2b3c4d, littleEndian), int(2, major, littleEndian), int(2, minor, littleEndian)];
  return block(0x0a0d0d0a, Buffer.concat([...body, Buffer.alloc(8, 0xff)]), littleEndian);
}

export const option = (code: number, value: Buffer, littleEndian = true): Buffer =>
  Buffer.concat([int(2, code, littleEndian), int(2, value.length, littleEndian), pad(value)]);

export const tsresol = (octet: number, littleEndian = true): Buffer =>
  option(9, Buffer.from([octet]), littleEndian);

export function interfaceBlock(
  shape: { linkType?: number; snapLength?: number; options?: Buffer[] } = {},
  littleEndian = true,
): Buffer {
  const { linkType = 1, snapLength = 0, options = [] } = shape;
  const body = [int(2, linkType, littleEndian), int(2, 0), int(4, snapLength, littleEndian), ...options];
  return block(1, Buffer.concat(body), littleEndian);
}

export interface PacketShape {
  interfaceId?: number;
  /** Units of the interface's resolution. */
  stamp?: bigint;
  data?: Buffer;
  capturedLength?: number;
  originalLength?: number;
  options?: Buffer;
}

export function enhancedPacket(shape: PacketShape = {}, littleEndian = true): Buffer {
  const { interfaceId = 0, stamp = 1_000_002n, data = Buffer.from('0123456789') } = shape;
  const capturedLength = shape.capturedLength ?? data.length;
  const body = [
    int(4, interfaceId, littleEndian),
    int(4, stamp >> 32n, littleEndian),
    int(4, stamp, littleEndian),
    int(4, capturedLength, littleEndian),
    int(4, shape.originalLength ?? capturedLength, littleEndian),
    pad(data),
    shape.options ?? Buffer.alloc(0),
  ];
  return block(6, Buffer.concat(body), littleEndian);
}

/** The obsolete kind: a 16-bit interface number and a count of drops in place of a 32-bit one. */
export function obsoletePacket(shape: PacketShape = {}, littleEndian = true): Buffer {
  const bytes = enhancedPacket(shape, littleEndian);
  int(4, 2, littleEndian).copy(bytes, 0);
  int(2, shape.interfaceId ?? 0, littleEndian).copy(bytes, 8);
  int(2, 0xffff, littleEndian).copy(bytes, 10);
  return bytes;
}

export const simplePacket = (originalLength: number, data: Buffer, littleEndian = true): Buffer =>
  block(3, Buffer.concat([int(4, originalLength, littleEndian), data]), littleEndian);

/** `bytes` in chunks of the given sizes, over and over. */
export async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    // A copy, so that reading beyond a chunk cannot work by accident.
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

/** What of a packet can be compared. */
export interface Seen {
  time: string;
  captured: number;
  original: number;
  linkType: number;
  name: string;
  bytes: string;
}

export const seen = (packet: Packet): Seen => ({
  time: packet.timestampNs.toString(),
  captured: packet.capturedLength,
  original: packet.originalLength,
  linkType: packet.linkType,
  name: packet.interfaceName,
  bytes: packet.bytes.toString('hex'),
});

export interface Reading {
  reader: CaptureReader;
  packets: Seen[];
  /** The largest batch. */
  largest: number;
  error: CaptureFileError | null;
}

/** Reads a capture to its end or its first error. */
export async function readAll(
  input: Buffer | AsyncIterable<Uint8Array>,
  options: CaptureOptions = {},
): Promise<Reading> {
  const chunks = Buffer.isBuffer(input) ? chunked(input, [Math.max(1, input.length)]) : input;
  return drain(new CaptureReader(chunks, options));
}

export async function drain(reader: CaptureReader): Promise<Reading> {
  const packets: Seen[] = [];
  let largest = 0;
  let error: CaptureFileError | null = null;
  try {
    for await (const batch of reader) {
      largest = Math.max(largest, batch.length);
      packets.push(...batch.map(seen));
    }
  } catch (thrown) {
    error = thrown as CaptureFileError;
  }
  return { reader, packets, largest, error };
}

/** Packets that both formats can hold. */
export const packets = (linkTypes: fc.Arbitrary<number>): fc.Arbitrary<Packet[]> =>
  fc.array(
    fc
      .record({
        before: fc.nat(5),
        data: fc.uint8Array({ maxLength: 90 }),
        more: fc.oneof(fc.constant(0), fc.nat(0x7fffffff)),
        linkType: linkTypes,
        seconds: fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 0xffffffff, 4295, 4_294_967)),
        nanos: fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 999_999_999)),
        name: fc.constantFrom('', 'eth0', 'wlan0', 'Ärger'),
      })
      .map(({ before, data, more, linkType, seconds, nanos, name }) => {
        const block = Buffer.concat([Buffer.alloc(before, 0xaa), data, Buffer.alloc(3, 0xbb)]);
        return new Packet(block, before, data.length, data.length + more, linkType, seconds, nanos, name);
      }),
    { maxLength: 30 },
  );

/** How many of this process's files lie in a folder. */
export const openFilesIn = (folder: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
