import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openFileSource } from '@antinex/capture';
import { describe, expect, test } from 'vitest';
import { example, examples, visible } from './captures.ts';
import { parseCsv } from './csv.ts';
import { decodeLines, runRows } from './in-process.ts';
import { netpipe } from './netpipe.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
let outputs = 0;

/** The dataset `netpipe run` makes, and how it ended. */
async function run(args: readonly string[], input?: Uint8Array) {
  const csv = scratch(`${outputs++}.csv`);
  const { code, stderr } = await netpipe(['run', ...args, '--output-csv', csv], { ...(input && { input }) });
  return { rows: readFileSync(csv, 'utf8'), code, stderr };
}

async function decode(args: readonly string[], input?: Uint8Array) {
  const { stdout, code, stderr } = await netpipe(['decode', ...args], { ...(input && { input }) });
  return { rows: stdout, code, stderr };
}

/** Standard input has another name in a complaint than the file. */
const asFile = <T extends { stderr: string }>(ended: T, file: string) => ({
  ...ended,
  stderr: ended.stderr.replace('standard input', file),
});

/** Lines of NDJSON are messages of frames 1, 2, 3 ... */
function framesOf(ndjson: string): number {
  const lines = ndjson.split('\n');
  expect(lines.pop()).toBe('');
  const numbers = lines.map((line) => JSON.parse(line).data.frame.number);
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  return numbers.length;
}

const named = (files: readonly string[]) => files.map((file): [string, string] => [basename(file), file]);

describe('a capture gives the same rows, byte for byte, whatever way it takes', () => {
  describe('through the program', () => {
    test.each(named(['mixed', 'vlan'].map(example)))('%s', async (_name, file) => {
      const bytes = readFileSync(file);
      const csv = ['--format', 'csv'];
      const [expected, ndjson, ...others] = await Promise.all([
        decode([file, ...csv]),
        decode([file]),
        decode(['-', ...csv], gzipSync(bytes)),
        run(['--read', file]),
        run(['--read', '-'], bytes),
      ]);
      expect(expected).toMatchObject({ code: 0, stderr: '' });
      for (const other of others) expect(other).toEqual(expected);
      const frames = framesOf(ndjson.rows);
      expect(frames).toBeGreaterThan(10);
      expect(parseCsv(expected.rows)).toHaveLength(1 + frames);
    });

    test('the legacy schema too: dns', async () => {
      const file = example('dns');
      const legacy = ['--schema', 'legacy'];
      const [expected, fromFile, fromPipe] = await Promise.all([
        decode([file, ...legacy, '--format', 'csv']),
        run(['--read', file, ...legacy]),
        run(['--read', '-', ...legacy], readFileSync(file)),
      ]);
      expect(parseCsv(expected.rows).length).toBeGreaterThan(10);
      expect(fromFile).toEqual(expected);
      expect(fromPipe).toEqual(expected);
    });

    const pcapng = named(visible.filter((file) => file.endsWith('multi-interface.pcapng')));
    test.skipIf(pcapng.length === 0).each(pcapng)('%s (needs ../shared)', async (_name, file) => {
      const [expected, fromFile, fromPipe] = await Promise.all([
        decode([file, '--format', 'csv']),
        run(['--read', file]),
        run(['--read', '-'], gzipSync(readFileSync(file))),
      ]);
      expect(fromFile).toEqual(expected);
      expect(asFile(fromPipe, file)).toEqual(expected);
      expect(parseCsv(expected.rows).length).toBeGreaterThan(1);
    });
  });

  // What the program calls: to start it for each of them would take minutes.
  describe('through its parts', () => {
    /** The rows by each way, which have to be the same; a damaged capture gives the same fault, too. */
    async function rowsOf(file: string, schema: '2' | 'legacy' = '2'): Promise<string> {
      const gzipped = scratch(`${outputs++}.gz`);
      writeFileSync(gzipped, gzipSync(readFileSync(file)));
      const decoded = await decodeLines(await openFileSource(file), { schema, format: 'csv' });
      const csvs = [0, 1].map(() => scratch(`${outputs++}.csv`));
      const fromFile = await runRows(await openFileSource(file), { schema, csv: csvs[0] });
      const fromGzip = await runRows(await openFileSource(gzipped), { schema, csv: csvs[1] });
      expect(fromFile).toEqual(decoded);
      expect({ ...fromGzip, fault: fromGzip.fault?.replace(gzipped, file) }).toEqual(decoded);
      return decoded.text;
    }

    test.each(named(examples))('%s', async (_name, file) => {
      const rows = await rowsOf(file);
      const { text, fault } = await decodeLines(await openFileSource(file), {
        schema: '2',
        format: 'ndjson',
      });
      const frames = framesOf(text);
      expect({ frames: frames > 10, fault }).toEqual({ frames: true, fault: undefined });
      expect(parseCsv(rows)).toHaveLength(1 + frames);
    });

    test.each(['vlan', 'dns', 'icmpv6'])('the legacy schema too: %s', async (name) => {
      expect(parseCsv(await rowsOf(example(name), 'legacy')).length).toBeGreaterThan(10);
    });

    describe.skipIf(visible.length === 0)('captures of other projects (needs ../shared)', () => {
      test.each(named(visible))('%s', async (_name, file) => {
        expect(parseCsv(await rowsOf(file)).length).toBeGreaterThan(1);
      });
    });
  });
});
