import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Converter, isLegacy, type Message, openFileSource, type SchemaName } from '@antinex/capture';
import { createCsvEncoder } from '@antinex/dataset';
import { legacyJson, messageJson } from '@antinex/decoder';
import { describe, expect, test } from 'vitest';
import { schemaOf } from '../src/schema-of.ts';
import { Tally } from '../src/tally.ts';
import { hasShared, SHARED } from './captures.ts';
import { parseCsv } from './csv.ts';

const FOLDER = `${SHARED}pcaps/fuzz/`;
const SLOWEST_MS = 2000;
const MOST_GROWTH_BYTES = 64 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const usedBytes = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** Bytes that are still held beyond `before`; garbage does not count. */
function growth(before: number): number {
  if (usedBytes() - before > MOST_GROWTH_BYTES / 2) collectGarbage();
  return usedBytes() - before;
}

interface Outcome {
  packets: number;
  withoutMessage: number;
  rows: number;
  unreadable: number;
  /** Why the file was not read to its end. */
  fault: string | undefined;
}

/** All that `decode` and `run` make of a file, but for the writing. */
async function convert(file: string, schema: SchemaName, before: number): Promise<Outcome> {
  const converter = new Converter({ schema, source: 'test' });
  const csv = createCsvEncoder(schemaOf(schema));
  const tally = new Tally();
  const outcome: Outcome = { packets: 0, withoutMessage: 0, rows: 0, unreadable: 0, fault: undefined };
  const source = await openFileSource(file);
  try {
    for await (const packets of source) {
      const messages: Message[] = [];
      for (const packet of packets) {
        const message = converter.convert(packet);
        if (message === null) outcome.withoutMessage++;
        else messages.push(message);
      }
      for (const message of messages) {
        JSON.parse(isLegacy(message) ? legacyJson(message) : messageJson(message));
        tally.add(message);
      }
      outcome.packets += packets.length;
      outcome.rows += parseCsv(csv.encode(messages).toString()).length;
      if (growth(before) > MOST_GROWTH_BYTES) throw new RangeError('it holds too much memory');
    }
  } catch (error) {
    if ((error as Error).name !== 'CaptureFileError') throw error;
    outcome.fault = (error as Error).message;
  }
  outcome.unreadable = tally.truncated + tally.malformed;
  return outcome;
}

/** Milliseconds and outcome; when it took long, the best of two: the machine may have been busy. */
async function timed(work: () => Promise<Outcome>): Promise<{ ms: number; outcome: Outcome }> {
  const start = performance.now();
  const outcome = await work();
  const ms = performance.now() - start;
  if (ms < SLOWEST_MS) return { ms, outcome };
  const again = performance.now();
  await work();
  return { ms: performance.now() - again, outcome };
}

describe.skipIf(!hasShared)('malformed captures, from the file to JSON and rows (needs ../shared)', () => {
  const names = hasShared ? readdirSync(FOLDER) : [];

  test.each(['2', 'legacy'] as const)(
    'schema %s: each in under 2 s, holding less than 64 MB',
    async (schema) => {
      const outcomes: Outcome[] = [];
      collectGarbage();
      const before = usedBytes();
      for (const name of names) {
        const { ms, outcome } = await timed(() => convert(`${FOLDER}${name}`, schema, before));
        expect(ms, name).toBeLessThan(SLOWEST_MS);
        // Schema 2 has a row for every frame; the original's messages may be empty.
        if (schema === '2') expect(outcome, name).toMatchObject({ withoutMessage: 0, rows: outcome.packets });
        else expect(outcome.rows + outcome.withoutMessage, name).toBeLessThanOrEqual(outcome.packets);
        outcomes.push(outcome);
      }
      const sum = (of: (outcome: Outcome) => number) =>
        outcomes.reduce((total, outcome) => total + of(outcome), 0);
      const total = {
        files: outcomes.length,
        faulty: sum(({ fault }) => (fault === undefined ? 0 : 1)),
        packets: sum(({ packets }) => packets),
        rows: sum(({ rows }) => rows),
        unreadable: sum(({ unreadable }) => unreadable),
      };
      console.log(`malformed captures, schema ${schema}:`, JSON.stringify(total));
      expect(total.files).toBeGreaterThan(400);
      expect(total.faulty).toBeGreaterThan(50);
      expect(total.packets).toBeGreaterThan(1000);
      if (schema === '2') expect(total.unreadable).toBeGreaterThan(100);
    },
  );
});
