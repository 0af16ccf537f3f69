import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LEGACY_COLUMNS } from '../src/legacy/columns.ts';
import { LEGACY_LAYERS, type LegacyData } from '../src/legacy/data.ts';
import { legacyJson } from '../src/legacy/python-json.ts';
import { legacyData } from '../src/legacy.ts';
import { readCapture } from './captures.ts';

/** Outputs of the Python original; not part of the repository. */
const GOLDEN = fileURLToPath(new URL('../../../../shared/golden/original/', import.meta.url));
const hasGolden = existsSync(GOLDEN);
const SETS = ['arp', 'dns', 'icmp', 'ip_misc', 'ipv6', 'mixed', 'tcp', 'truncated', 'udp', 'vlan_l2'];

interface Line {
  n: number;
  msg?: { data: LegacyData; created: string; source: string };
  /** The dict that could not be turned into JSON; bytes stand as `<<b'..'>>`. */
  would_be?: LegacyData;
  not_forwarded?: boolean;
}

interface Case {
  name: string;
  line: Line;
  /** The golden line as it is in the file. */
  text: string;
  ours: LegacyData | null;
}

function cases(): Case[] {
  return SETS.flatMap((set) => {
    const lines = readFileSync(`${GOLDEN}${set}.ndjson`, 'utf8').trimEnd().split('\n');
    const packets = readCapture(readFileSync(`${GOLDEN}${set}.pcap`));
    expect(packets.length).toBe(lines.length);
    return lines.map((text, i) => {
      const { data, offset, capturedLength } = packets[i];
      const ours = legacyData(data, offset, capturedLength);
      return { name: `${set}#${i}`, line: JSON.parse(text) as Line, text, ours };
    });
  });
}

const isKnown = (layer: string) => (LEGACY_LAYERS as readonly string[]).includes(layer);
const known = (data: LegacyData) =>
  Object.fromEntries(Object.entries(data).filter(([layer]) => isKnown(layer)));

describe.skipIf(!hasGolden)('legacy projection against the original (needs ../shared)', () => {
  const all = hasGolden ? cases() : [];
  const sent = all.filter(({ line }) => line.msg !== undefined);
  const supported = sent.filter(({ line }) => Object.keys(line.msg?.data ?? {}).every(isKnown));
  const mixed = sent.filter((entry) => !supported.includes(entry));
  const refused = all.filter(({ line }) => line.not_forwarded);
  const crashed = all.filter(({ line }) => line.would_be !== undefined);

  it('compares every golden packet in exactly one of the groups below', () => {
    const sizes = [supported, mixed, refused, crashed].map((group) => group.length);
    console.log(
      `legacy golden packets: ${sizes[0]} with the ten layers only, ${sizes[1]} with others, ` +
        `${sizes[2]} not forwarded, ${sizes[3]} that crash the original`,
    );
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(all.length);
  });

  it('writes the same JSON, byte for byte, where the original knows all layers', () => {
    for (const { name, line, text, ours } of supported) {
      if (line.msg === undefined || ours === null) throw new Error(`${name}: no data`);
      expect(JSON.stringify(ours), name).toBe(JSON.stringify(line.msg.data));
      const { created, source } = line.msg;
      expect(`"msg": ${legacyJson({ data: ours, created, source })}}`, name).toBe(
        text.slice(text.indexOf('"msg": ')),
      );
    }
  });

  it('has the same data where other layers are left out', () => {
    for (const { name, line, ours } of mixed) {
      expect(JSON.stringify(ours), name).toBe(JSON.stringify(known(line.msg?.data ?? {})));
    }
  });

  it('is null where the original forwards nothing', () => {
    for (const { name, ours } of refused) expect(ours, name).toBeNull();
  });

  it('has what the original would have sent where it crashes, but no bytes objects', () => {
    for (const { name, line, ours } of crashed) {
      const sane = JSON.stringify(known(line.would_be ?? {})).replace(/"(\w+)":"<<b'(.*?)'>>"/g, saneOption);
      expect(JSON.stringify(ours), name).toBe(sane);
    }
  });

  it('fills no column that is not in the list', () => {
    const columns = all.flatMap(({ ours }) =>
      Object.entries(ours ?? {})
        .flatMap(flatten)
        .map(([name]) => name),
    );
    expect(new Set(columns).size).toBeGreaterThan(40);
    expect(columns.filter((column) => !LEGACY_COLUMNS.includes(column))).toEqual([]);
  });

  it('makes the rows of the original’s datasets, all packets of all sets', () => {
    for (const set of SETS) {
      const [header, ...rows] = readFileSync(`${GOLDEN}${set}.csv`, 'utf8')
        .trimEnd()
        .split('\n')
        .map(cellsOf);
      expect(
        header.filter((name) => name !== 'idx' && !LEGACY_COLUMNS.includes(name)),
        set,
      ).toEqual([]);
      // What crashes the original, or gives an empty dict, has no row there.
      const ours = all.filter(({ name, line }) => name.startsWith(`${set}#`) && hasRow(line));
      expect(rows.length).toBe(ours.length);
      ours.forEach((entry, i) => {
        const row = new Map<string, unknown>(Object.entries(entry.ours ?? {}).flatMap(flatten));
        header.slice(1).forEach((column, j) => {
          expect(sameCell(rows[i][j + 1], row.get(column)), `${entry.name} ${column}`).toBe(true);
          row.delete(column);
        });
        expect([...row.values()].filter((value) => !isEmpty(value))).toEqual([]);
      });
    }
  });
});

const hasRow = ({ msg }: Line) => Object.keys(msg?.data ?? {}).length > 0;
const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

/** pandas writes the integers of a column with gaps as 4.0, and a list as Python does. */
function sameCell(cell: string, value: unknown): boolean {
  if (isEmpty(value)) return cell === '';
  if (Array.isArray(value)) return cell === `[${value.join(', ')}]`;
  return typeof value === 'number' ? cell !== '' && Number(cell) === value : cell === value;
}

/** The cells of a line; none of the golden ones holds a line break. */
const cellsOf = (line: string): string[] =>
  Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );

/** Numbers that cannot be read are null; the two options that hold bytes are hex. */
function saneOption(_all: string, name: string, bytes: string): string {
  if (name !== 'Mood' && name !== 'AltChkSumOpt') return `"${name}":null`;
  return `"${name}":"${Buffer.from(bytes, 'latin1').toString('hex')}"`;
}

const PREFIXES: Record<string, string> = { ether: 'eth', padding: 'pad' };

function flatten([layer, fields]: [string, object]): [string, unknown][] {
  const prefix = PREFIXES[layer] ?? layer;
  return Object.entries(fields).flatMap(([name, value]): [string, unknown][] =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([inner, item]) => [`${prefix}_${name}.${inner}`, item])
      : [[`${prefix}_${name}`, value]],
  );
}
