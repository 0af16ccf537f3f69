import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** Reference material; not part of the repository. */
export const SHARED = at('../shared/');
export const hasShared = existsSync(SHARED);

const capturesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
        .map((name) => `${folder}${name}`)
    : [];

const EXAMPLES = at('examples/captures/');

/** Paths of the project's own captures, and of those in ../shared. */
export const examples = capturesIn(EXAMPLES);
export const visible = capturesIn(`${SHARED}pcaps/visible/`);

export const example = (name: string): string => `${EXAMPLES}${name}.pcap`;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** Packets of mixed.pcap. */
export const MIXED_PACKETS = 2929;

/** Writes a capture of `times` times mixed.pcap; answers how many packets that are. */
export function writeLongCapture(path: string, times: number): number {
  const mixed = readFileSync(example('mixed'));
  const records = mixed.subarray(FILE_HEADER);
  writeFileSync(path, Buffer.concat([mixed.subarray(0, FILE_HEADER), ...Array<Buffer>(times).fill(records)]));
  return times * MIXED_PACKETS;
}

/** A little-endian pcap file with one record for each frame, a second apart from 2023-11-14 on. */
export function pcapOf(linkType: number, frames: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(FILE_HEADER);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(linkType, 20);
  const records = frames.flatMap((frame, i) => {
    const record = Buffer.alloc(RECORD_HEADER);
    record.writeUInt32LE(1_700_000_000 + i, 0);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([header, ...records]);
}
