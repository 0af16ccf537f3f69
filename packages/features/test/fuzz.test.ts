import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Packet } from '@antinex/decoder';
import { CaptureFileError, openCapture, openRecords, type RecordReader } from '@antinex/pcap-file';
import { PipelineError } from '@antinex/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutate, Random } from '../../decoder/test/mutate.ts';
import { SAMPLES } from '../../decoder/test/samples.ts';
import {
  type BuildOptions,
  buildFlows,
  FEATURE_TYPES,
  loadLabels,
  makeFeatures,
  PACKET_COLUMNS,
  type PacketBatch,
  streamFlows,
} from '../src/index.ts';
import { PacketTable } from '../src/packet-table/packet-table.ts';
import { batchOf } from './packets.ts';

const FUZZ = fileURLToPath(new URL('../../../../shared/pcaps/fuzz/', import.meta.url));
const VARIANTS: readonly BuildOptions[] = [
  {},
  { compat: 'netml' },
  { bidirectional: true, protocols: 'all', tunnels: 'outer', minPackets: 1, lengths: 'captured' },
];
const EXPECTED_CODES = new Set(['NO_FLOWS', 'NETML_FAILS']);

/** What is read of a broken capture before it breaks off. */
async function* untilBroken(reader: RecordReader): AsyncGenerator<PacketBatch> {
  try {
    yield* reader;
  } catch (error) {
    if (!(error instanceof CaptureFileError)) throw error;
  }
}

/** Makes all there is of packets; answers how many rows of features there were. */
async function tryAll(
  batches: () => AsyncIterable<PacketBatch> | Promise<AsyncIterable<PacketBatch>>,
): Promise<number> {
  let rows = 0;
  for (const options of VARIANTS) {
    try {
      const built = await buildFlows(await batches(), options);
      const { counts, flows } = built;
      const { packets, inFlows, notIp, otherProtocols, withoutPorts, orphanFragments } = counts;
      expect(inFlows + notIp + otherProtocols + withoutPorts + orphanFragments).toBe(packets);
      for (const type of FEATURE_TYPES) {
        const matrix = makeFeatures(built, {
          type,
          fft: true,
          header: flows.size % 2 === 0,
          packets: 20,
        }).matrix();
        expect(matrix.values.every(Number.isFinite)).toBe(true);
        rows += matrix.rows;
      }
    } catch (error) {
      if (!(error instanceof PipelineError) || !EXPECTED_CODES.has(error.code)) throw error;
    }
  }
  for await (const flows of streamFlows(await batches(), { interval: 5, maxFlows: 20, maxPackets: 50 })) {
    rows += flows.size;
  }
  return rows;
}

describe('hostile captures', () => {
  it.skipIf(!existsSync(FUZZ))('malformed ones (needs ../shared)', async () => {
    const names = readdirSync(FUZZ).filter((name) => name !== 'manifest.json');
    expect(names.length).toBeGreaterThan(400);
    let rows = 0;
    for (const name of names) {
      const path = FUZZ + name;
      const start = performance.now();
      rows += await tryAll(async () => untilBroken(await openRecords(path)));
      expect(performance.now() - start, name).toBeLessThan(10_000);
    }
    expect(rows).toBeGreaterThan(1000);
  });

  it('mutated frames at any time, of any length', async () => {
    const random = new Random(77);
    const rounds = process.env.LONG ? 3000 : 40;
    let rows = 0;
    for (let round = 0; round < rounds; round++) {
      const packets = Array.from({ length: 100 }, () => {
        const mutated = random.below(3) > 0;
        const { frame, linkType } = mutated ? mutate(random, SAMPLES) : random.of(SAMPLES);
        const seconds = [0, 1, 600, 601, 4_294_967_295, -8.64e12, 8.64e12, 1_600_000_000 + random.below(900)];
        const original = random.below(4) === 0 ? random.below(0xffffffff) : frame.length;
        return new Packet(
          frame,
          0,
          frame.length,
          original,
          linkType,
          random.of(seconds),
          random.below(1e9),
          '',
        );
      });
      rows += await tryAll(() => batchOf(packets, 1 + random.below(100)));
      const table = new PacketTable();
      for (const packet of packets) expect(table.row(packet)).toHaveLength(PACKET_COLUMNS.length);
    }
    expect(rows).toBeGreaterThan(rounds);
  });

  it.skipIf(!existsSync(FUZZ))('tables of packets of malformed captures (needs ../shared)', async () => {
    let packets = 0;
    for (const name of readdirSync(FUZZ).slice(0, 120)) {
      const table = new PacketTable();
      try {
        for await (const batch of await openCapture(FUZZ + name)) {
          for (const packet of batch.slice(0, 200))
            expect(table.row(packet)).toHaveLength(PACKET_COLUMNS.length);
          packets += batch.length;
        }
      } catch (error) {
        if (!(error instanceof CaptureFileError)) throw error;
      }
    }
    expect(packets).toBeGreaterThan(100);
  });
});

describe('label files', () => {
  it('of any bytes are labels or an error with words', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-labels-'));
    const path = join(folder, 'x.csv');
    const header =
      'Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, Label\n';
    const pieces = fc.constantFrom(
      header,
      '"',
      ',',
      '\n',
      '\r\n',
      '10.0.0.1',
      '80',
      '6',
      'BENIGN',
      '3/7/2017 9:00',
      '::1%x',
      '\0',
      'ü',
    );
    try {
      await fc.assert(
        fc.asyncProperty(fc.boolean(), fc.array(pieces, { maxLength: 60 }), async (headed, texts) => {
          writeFileSync(path, (headed ? header : '') + texts.join(''));
          try {
            const labels = await loadLabels(path, { withinSeconds: 5 });
            expect(labels.rows).toBeLessThan(60);
          } catch (error) {
            expect(error).toMatchObject({ code: 'LABELS_UNUSABLE' });
          }
        }),
        { seed: 5, numRuns: process.env.LONG ? 400 : 150, interruptAfterTimeLimit: 30_000 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
