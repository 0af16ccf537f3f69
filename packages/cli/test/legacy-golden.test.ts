import { readFileSync } from 'node:fs';
import { openFileSource } from '@antinex/capture';
import { LEGACY_LAYERS } from '@antinex/decoder';
import { describe, expect, test } from 'vitest';
import { hasShared, SHARED } from './captures.ts';
import { parseCsv, rowsOf } from './csv.ts';
import { decodeLines, runRows } from './in-process.ts';
import { netpipe } from './netpipe.ts';
import { useScratch } from './scratch.ts';

/**
 * The commands' legacy schema against the outputs of the unmodified Python program.
 *
 * Messages: `decode --schema legacy` prints a line for each packet. Where all layers of the golden
 * message are among the ten that the original's consumer knows, the line must be equal to it byte for
 * byte, key order included, but for `created`: the golden run pinned it, and the original wrote the
 * time at which it handled the packet, while here it is the packet's own time. Where the original
 * forwarded nothing, the line must be `null`. (packages/decoder/test/legacy-golden.test.ts compares the
 * other packets too.)
 *
 * Rows: `run --schema legacy` writes all columns, sorted; a golden file has those its packets needed,
 * in pandas' order. So cells are compared by column name, and columns that a golden file does not have
 * must be empty. A packet that crashes the original has a row here and none there: those rows are
 * dropped, and `idx` counted anew. An empty `data` has no row in either. pandas writes the integers of
 * a column with gaps as `4.0`: that is equal to `4`. All other cells must be equal as text.
 */
const SETS = ['arp', 'dns', 'icmp', 'ip_misc', 'ipv6', 'mixed', 'tcp', 'truncated', 'udp', 'vlan_l2'];
const golden = (file: string): string => `${SHARED}golden/original/${file}`;
const LEGACY = ['--schema', 'legacy', '--source', 'localdev'];

// The original writes local times; the golden run was in UTC.
process.env.TZ = 'UTC';

/** One packet of the original's: its message, what it crashed on, or neither. */
interface Line {
  readonly msg?: { readonly data: object };
  readonly would_be?: object;
  readonly not_forwarded?: true;
  /** The message's own text. */
  readonly text: string;
}

const linesOf = (set: string): Line[] =>
  readFileSync(golden(`${set}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), text: line.slice(line.indexOf('"msg": ') + 7, -1) }));

/** A message's text without its time, and that time. */
function apart(text: string): { rest: string; created: string } {
  const [all, created] = /, "created": "([^"]*)"(?=, "source": "[^"]*"}$)/.exec(text) ?? [];
  if (all === undefined) throw new Error(`no message: ${text}`);
  return { rest: text.replace(all, ''), created };
}

/** Times of a little-endian pcap file's packets, as the original writes times, in UTC. */
function timesOf(file: Buffer): string[] {
  const times: string[] = [];
  for (let at = 24; at < file.length; at += 16 + file.readUInt32LE(at + 8)) {
    times.push(new Date(file.readUInt32LE(at) * 1000).toISOString().slice(0, 19).replace('T', ' '));
  }
  return times;
}

const isKnown = (layer: string) => (LEGACY_LAYERS as readonly string[]).includes(layer);
const isSupported = ({ msg }: Line) => msg !== undefined && Object.keys(msg.data).every(isKnown);
const hasRow = ({ msg, would_be: crash }: Line) => Object.keys(msg?.data ?? crash ?? {}).some(isKnown);

const sameCell = (theirs: string, ours: string) =>
  theirs === ours || (/^\d+\.0$/.test(theirs) && theirs === `${ours}.0`);

describe.skipIf(!hasShared)('the legacy schema is the original’s (needs ../shared)', () => {
  const scratch = useScratch();
  const counts = { supported: 0, refused: 0, rows: 0 };

  test.each(SETS)('messages of %s', async (set) => {
    const pcap = golden(`${set}.pcap`);
    const format = { schema: 'legacy', format: 'ndjson' } as const;
    const { text, fault } = await decodeLines(await openFileSource(pcap), format);
    expect(fault).toBeUndefined();
    const ours = text.trimEnd().split('\n');
    const theirs = linesOf(set);
    const times = timesOf(readFileSync(pcap));
    expect(ours).toHaveLength(theirs.length);
    theirs.forEach((line, i) => {
      if (line.not_forwarded) {
        expect(ours[i], `packet ${i}`).toBe('null');
        counts.refused++;
      } else if (isSupported(line)) {
        const { rest, created } = apart(ours[i]);
        expect(rest, `packet ${i}`).toBe(apart(line.text).rest);
        expect(created, `packet ${i}`).toBe(times[i]);
        counts.supported++;
      }
    });
  });

  test.each(SETS)('rows of %s', async (set) => {
    const source = await openFileSource(golden(`${set}.pcap`));
    const { text: written, fault } = await runRows(source, { schema: 'legacy', csv: scratch(`${set}.csv`) });
    expect(fault).toBeUndefined();
    const [[idx, ...columns]] = parseCsv(written);
    expect([idx, ...columns]).toEqual(['idx', ...columns.toSorted()]);

    const packets = linesOf(set).filter(hasRow);
    const rows = rowsOf(written);
    expect(rows.map((row) => row.idx)).toEqual(packets.map((_, i) => `${i}`));
    const ours = rows.filter((_, i) => packets[i].would_be === undefined);
    const theirs = rowsOf(readFileSync(golden(`${set}.csv`), 'utf8'));
    expect(ours).toHaveLength(theirs.length);
    const [names] = parseCsv(readFileSync(golden(`${set}.csv`), 'utf8'));
    expect(names.filter((name) => name !== 'idx' && !columns.includes(name))).toEqual([]);
    ours.forEach((row, i) => {
      for (const [column, cell] of Object.entries({ ...row, idx: `${i}` })) {
        const golden = theirs[i][column] ?? '';
        expect(sameCell(golden, cell), `row ${i}, ${column}: ${golden} and ${cell}`).toBe(true);
      }
      counts.rows++;
    });
  });

  test('the program prints and writes the same', async () => {
    const pcap = golden('mixed.pcap');
    const decoded = await decodeLines(await openFileSource(pcap), { schema: 'legacy', format: 'ndjson' });
    expect(await netpipe(['decode', pcap, ...LEGACY])).toMatchObject({
      ...{ code: 0, stderr: '', stdout: decoded.text },
    });
    const csv = scratch('program.csv');
    const ended = await netpipe(['run', '--read', pcap, ...LEGACY, '--output-csv', csv]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const source = await openFileSource(pcap);
    const { text } = await runRows(source, { schema: 'legacy', csv: scratch('in-process.csv') });
    expect(readFileSync(csv, 'utf8')).toBe(text);
  });

  test('and nothing was left out by mistake', () => {
    console.log('legacy golden, by the command:', JSON.stringify(counts));
    expect(counts).toEqual({ supported: 178, refused: 4, rows: 237 });
  });
});
