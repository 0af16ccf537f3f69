import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { example, examples, visible } from './captures.ts';
import { parseCsv } from './csv.ts';
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

describe('a capture gives the same rows, byte for byte, whatever way it takes', () => {
  test.each(examples.map((file) => [basename(file), file]))('%s', async (_name, file) => {
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

  describe.skipIf(visible.length === 0)('captures of other projects (needs ../shared)', () => {
    test.each(visible.map((file) => [basename(file), file]))('%s', async (_name, file) => {
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

  test.each(['vlan', 'dns', 'icmpv6'])('the legacy schema too: %s', async (name) => {
    const file = example(name);
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
});
