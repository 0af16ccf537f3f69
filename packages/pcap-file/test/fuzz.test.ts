import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureFileError, CaptureReader, openCapture } from '../src/index.ts';
import {
  block,
  chunked,
  enhancedPacket,
  interfaceBlock,
  obsoletePacket,
  option,
  pcapFileHeader,
  pcapRecordBytes,
  sectionHeader,
  simplePacket,
  tsresol,
} from './captures.ts';

const FUZZ = new URL('../../../../shared/pcaps/fuzz/', import.meta.url);
const present = existsSync(FUZZ);
const names = present ? readdirSync(FUZZ).filter((name) => name !== 'manifest.json') : [];

const RUNS = process.env.LONG ? 6000 : 1000;
const MEGABYTE = 1024 * 1024;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes this process holds on to. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Reads to the end, whatever comes; anything but a CaptureFileError is passed on. */
async function survive(reader: CaptureReader): Promise<number> {
  let bytes = 0;
  try {
    for await (const batch of reader) {
      for (const packet of batch) {
        const { timestampSeconds, timestampNanos, capturedLength } = packet;
        expect(packet.bytes.length).toBe(capturedLength);
        expect(timestampNanos >= 0 && timestampNanos < 1e9 && Number.isInteger(timestampNanos)).toBe(true);
        // Whatever the time is, a date can be made of it.
        expect(Number.isInteger(timestampSeconds) && Math.abs(timestampSeconds) <= 8.64e12).toBe(true);
        bytes += capturedLength;
      }
    }
  } catch (error) {
    if (!(error instanceof CaptureFileError)) throw error;
    expect(error.message).not.toContain('\n');
  }
  return bytes;
}

describe.skipIf(!present)('malformed captures (needs ../shared)', () => {
  it('has captures to read', () => expect(names.length).toBeGreaterThan(400));

  it('reads each in under 2 s and holds less than 64 MB', async () => {
    const before = held();
    let most = 0;
    for (const name of names) {
      const path = fileURLToPath(new URL(encodeURIComponent(name), FUZZ));
      const start = performance.now();
      await survive(await openCapture(path));
      expect(performance.now() - start, name).toBeLessThan(2000);
      most = Math.max(most, process.memoryUsage().heapUsed + process.memoryUsage().external - before);
    }
    expect(most).toBeLessThan(64 * MEGABYTE);
    expect(held() - before).toBeLessThan(8 * MEGABYTE);
  });

  /** Neither more nor less than libpcap, where it reads a file to its end or stops at a fault we share. */
  it('finds the packets that libpcap finds', async () => {
    const manifest = JSON.parse(readFileSync(new URL('manifest.json', FUZZ), 'utf8')) as {
      file: string;
      libpcap_frames: number | null;
      libpcap_error: string | null;
    }[];
    const differing: string[] = [];
    for (const { file, libpcap_frames, libpcap_error } of manifest) {
      if (libpcap_frames === null || libpcap_error !== null) continue;
      const reader = await openCapture(fileURLToPath(new URL(encodeURIComponent(file), FUZZ)));
      await survive(reader);
      if (reader.packets !== libpcap_frames) differing.push(file);
    }
    // In two, a section header's second length is wrong. libpcap does not look at it, tshark refuses it too.
    expect(differing.map((file) => file.split('__').at(-1))).toEqual([
      'isakmp-no-none-np.pcapng.mut5',
      'nfs-write-verf-cookie.pcapng.mut4',
    ]);
  });
});

describe('mutated captures', () => {
  const data = Buffer.alloc(61, 0x45);
  const records = Array.from({ length: 12 }, (_, i) => pcapRecordBytes({ seconds: 1e9 + i, data }));
  const blocks = (littleEndian: boolean) => [
    sectionHeader(littleEndian),
    interfaceBlock({ options: [option(2, Buffer.from('eth0'), littleEndian)] }, littleEndian),
    interfaceBlock({ linkType: 101, options: [tsresol(9, littleEndian)] }, littleEndian),
    enhancedPacket({ data }, littleEndian),
    obsoletePacket({ data }, littleEndian),
    simplePacket(data.length, data, littleEndian),
    block(5, Buffer.alloc(60), littleEndian),
    enhancedPacket({ data, interfaceId: 1, stamp: 1_700_000_000_000_000_000n }, littleEndian),
  ];
  const pcapng = Buffer.concat([...blocks(true), ...blocks(false)]);
  const originals = [
    Buffer.concat([pcapFileHeader(), ...records]),
    Buffer.concat([pcapFileHeader({ magic: 0xa1b2cd34 }), ...records]),
    Buffer.concat([pcapFileHeader({ magic: 0xa1b23c4d, littleEndian: false }), ...records]),
    pcapng,
    gzipSync(pcapng),
  ];

  const mutation = fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), at: fc.nat(1200), value: fc.nat(255) }),
    fc.record({
      kind: fc.constant('word' as const),
      at: fc.nat(300).map((word) => word * 4),
      value: fc.constantFrom(0, 1, 11, 12, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, 0x00ffffff),
    }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(1200), value: fc.nat(50) }),
    fc.record({ kind: fc.constant('insert' as const), at: fc.nat(1200), value: fc.nat(255) }),
  );

  it('neither throw anything but a CaptureFileError, nor hang, nor fill the memory', async () => {
    const before = held();
    let read = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...originals),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        fc.constantFrom([1_000_000], [1_000_000], [37], [1]),
        async (original, mutations, sizes) => {
          let bytes = Buffer.from(original);
          for (const { kind, at, value } of mutations) {
            const here = Math.min(at, bytes.length - 4);
            if (kind === 'byte') bytes[here] = value;
            else if (kind === 'word') bytes.writeUInt32LE(value, here);
            else if (kind === 'cut')
              bytes = Buffer.concat([bytes.subarray(0, here), bytes.subarray(here + value)]);
            else bytes = Buffer.concat([bytes.subarray(0, here), Buffer.from([value]), bytes.subarray(here)]);
            if (bytes.length < 4) return;
          }
          read += await survive(new CaptureReader(chunked(bytes, sizes)));
        },
      ),
      { seed: 7, numRuns: RUNS },
    );
    expect(read).toBeGreaterThan(80 * RUNS);
    expect(held() - before).toBeLessThan(16 * MEGABYTE);
  });

  it('hold no memory for lengths that are not there', async () => {
    const before = held();
    const readers: CaptureReader[] = [];
    for (let i = 0; i < 200; i++) {
      // Just below the limits, so that the record is waited for.
      const pcap = [
        pcapFileHeader({ snapLength: 0xffffffff }),
        pcapRecordBytes({ capturedLength: 16_000_000 }),
      ];
      const packet = enhancedPacket({ data });
      packet.writeUInt32LE(16_000_000, 4);
      for (const bytes of [Buffer.concat(pcap), Buffer.concat([sectionHeader(), interfaceBlock(), packet])]) {
        const reader = new CaptureReader(chunked(bytes, [40]));
        readers.push(reader);
        await survive(reader);
        expect(reader.problem?.code).toBe('CUT_SHORT');
      }
    }
    expect(held() - before).toBeLessThan(64 * MEGABYTE);
  });

  it('pass gigabytes of an unknown block without holding them', async () => {
    const length = 2 ** 31;
    const header = block(99, Buffer.alloc(0)).subarray(0, 8);
    header.writeUInt32LE(length, 4);
    const megabyte = Buffer.alloc(MEGABYTE);
    async function* source() {
      yield Buffer.concat([sectionHeader(), interfaceBlock(), header]);
      for (let left = length - 12; left > 0; left -= MEGABYTE)
        yield megabyte.subarray(0, Math.min(left, MEGABYTE));
      yield Buffer.concat([header.subarray(4), enhancedPacket()]);
    }
    const reader = new CaptureReader(source());
    const before = held();
    await survive(reader);
    expect(reader).toMatchObject({ packets: 1, skippedBlocks: 1, problem: null });
    expect(held() - before).toBeLessThan(8 * MEGABYTE);
  });

  it('stop at more interfaces than memory should hold', async () => {
    const name = option(2, Buffer.alloc(1000, 'n'));
    const chunk = Buffer.concat(Array.from({ length: 1000 }, () => interfaceBlock({ options: [name] })));
    async function* source() {
      yield sectionHeader();
      for (let i = 0; i < 1000; i++) yield chunk;
    }
    const before = held();
    const reader = new CaptureReader(source());
    await survive(reader);
    expect(reader.problem).toMatchObject({ code: 'CORRUPT_RECORD' });
    expect(reader.problem?.message).toContain('more than 131072 interfaces');
    expect(held() - before).toBeLessThan(64 * MEGABYTE);
  });
});
