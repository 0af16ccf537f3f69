import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openRecords } from '@antinex/pcap-file';
import { PipelineError } from '@antinex/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BuildOptions,
  type BuiltFlows,
  buildFlows,
  FEATURE_TYPES,
  labelFlows,
  loadLabels,
  makeFeatures,
  PacketCursor,
} from '../src/index.ts';

const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const GOLDEN = `${SHARED}golden/netml/`;
const isThere = existsSync(GOLDEN);

interface Golden {
  pcap: string;
  PCAP_kwargs: { flow_ptks_thres?: number };
  pcap2flows_kwargs: { interval?: number; q_interval?: number };
  interval: number;
  flow_durations: number[];
  n_flows_before_label: number;
  labels?: number[];
  flows: {
    fid: [string, string, number, number, number];
    times: number[];
    sizes: number[];
    header?: number[];
  }[];
  features: Record<string, { error?: string; shape: number[]; dim: number; values: number[][] }>;
}

const readGolden = (name: string): Golden =>
  JSON.parse(gunzipSync(readFileSync(`${GOLDEN}${name}`)).toString()) as Golden;

/** Sizes are compared with the files made with correct sizes, where there are such. */
const names = isThere
  ? readdirSync(GOLDEN).filter((name) => name.endsWith('.json.gz') && !/pandas|models/.test(name))
  : [];

const pathOf = ({ pcap }: Golden): string =>
  pcap.endsWith('demo.pcap') ? `${SHARED}pcaps/visible/netml__demo.pcap` : `${GOLDEN}${pcap}`;

const optionsOf = (golden: Golden): BuildOptions => ({
  compat: 'netml',
  ...(golden.PCAP_kwargs.flow_ptks_thres !== undefined && { minPackets: golden.PCAP_kwargs.flow_ptks_thres }),
  ...(golden.pcap2flows_kwargs.interval !== undefined && { interval: golden.pcap2flows_kwargs.interval }),
  ...(golden.pcap2flows_kwargs.q_interval !== undefined && { quantile: golden.pcap2flows_kwargs.q_interval }),
});

const folder = mkdtempSync(join(tmpdir(), 'netml-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A label file for the flows of a golden, with rows that later ones overrule and rows of no flow. */
function labelFile({ flows, labels = [] }: Golden): string {
  const path = join(folder, 'labels.csv');
  const row = ([source, destination, sport, dport, protocol]: Golden['flows'][0]['fid'], label: string) =>
    `x,${source},${sport},${destination},${dport},${protocol},3/7/2017 9:00,1,${label}`;
  const lines = [
    'Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, Flow Duration, Label',
    ...flows.map(({ fid }, i) => row(fid, labels[i] === 0 ? 'DDoS' : 'BENIGN')),
    row(['10.9.9.9', '10.9.9.8', 1, 2, 6], 'PortScan'),
    ...flows.map(({ fid }, i) =>
      row(fid, labels[i] === 0 ? (i % 2 ? 'normal' : 'BENIGN') : 'Web Attack, XSS'),
    ),
  ];
  writeFileSync(path, lines.join('\r\n').replaceAll(',Web Attack, XSS', ',"Web Attack, XSS"'));
  return path;
}

describe.skipIf(!isThere).each(names)('compat netml: %s (needs ../shared)', (name) => {
  let golden: Golden;
  let built: BuiltFlows;
  beforeAll(async () => {
    golden = readGolden(name);
    built = await buildFlows(await openRecords(pathOf(golden)), optionsOf(golden));
    expect(built.flows.size).toBe(golden.n_flows_before_label);
    if (golden.labels === undefined) return;
    const labelled = labelFlows(built, await loadLabels(labelFile(golden), { compat: 'netml' }));
    expect([...labelled.labels]).toEqual(golden.labels);
    built = labelled;
  });
  /** Sizes of the plain demo are those of re-made packets. */
  const sizesCount = !name.startsWith('demo');

  it('has its interval and flows', () => {
    expect(built.interval).toBe(golden.interval);
    const { flows } = built;
    expect(flows.size).toBe(golden.flows.length);
    const cursor = new PacketCursor(flows);
    golden.flows.forEach((expected, i) => {
      const { source, destination, sourcePort, destinationPort, protocol } = flows.keyOf(i);
      expect([source, destination, sourcePort, destinationPort, protocol]).toEqual(expected.fid);
      const times: number[] = [];
      const sizes: number[] = [];
      cursor.start(i);
      do {
        times.push(flows.clock.value(cursor.time));
        sizes.push(cursor.size);
      } while (cursor.next());
      expect(times).toEqual(expected.times);
      if (sizesCount) expect(sizes).toEqual(expected.sizes);
    });
  });

  it.each(FEATURE_TYPES)('%s', (type) => {
    for (const fft of [false, true]) {
      for (const header of [false, true]) {
        const expected = golden.features[`${type}|fft=${fft}|header=${header}`];
        const what = `${type} fft=${fft} header=${header}`;
        if (expected.error !== undefined) {
          let error: unknown;
          try {
            makeFeatures(built, { type, fft, header }).matrix();
          } catch (thrown) {
            error = thrown;
          }
          expect(error, what).toBeInstanceOf(PipelineError);
          expect(error, what).toMatchObject({ code: 'NETML_FAILS', details: { error: expected.error } });
          continue;
        }
        const { values, rows, columns } = makeFeatures(built, { type, fft, header }).matrix();
        expect([rows, columns], what).toEqual(expected.shape);
        if (/SIZE|STATS/.test(type) && !sizesCount) continue;
        expected.values.forEach((row, i) => {
          const got = [...values.subarray(i * columns, (i + 1) * columns)];
          if (fft) {
            const largest = Math.max(...row.map(Math.abs), Number.MIN_VALUE);
            got.forEach((value, k) => {
              expect(Math.abs(value - row[k]) / largest, `${what} row ${i}`).toBeLessThan(1e-9);
            });
          } else if (type === 'STATS') {
            got.forEach((value, k) => {
              expect(Math.abs(value - row[k]), `${what} row ${i}`).toBeLessThanOrEqual(
                1e-12 * Math.abs(row[k]),
              );
            });
          } else expect(got, `${what} row ${i}`).toEqual(row);
        });
      }
    }
  });
});

describe
  .skipIf(!isThere)
  .each(
    names.filter((name) => Object.values(readGolden(name).features).some(({ error }) => error !== undefined)),
  )('where netml fails, and otherwise: %s (needs ../shared)', (name) => {
  it('there are features', async () => {
    const golden = readGolden(name);
    const { compat: _, ...options } = optionsOf(golden);
    const built = await buildFlows(await openRecords(pathOf(golden)), options);
    for (const type of FEATURE_TYPES) {
      for (const fft of [false, true]) {
        for (const header of [false, true]) {
          const { values, rows, columns } = makeFeatures(built, { type, fft, header }).matrix();
          expect(rows).toBe(built.flows.size);
          expect(columns).toBeGreaterThan(0);
          expect(values.every(Number.isFinite)).toBe(true);
          // The header's own flags and TTLs are there: no TTL of these captures is 0.
          if (header && !fft) {
            for (let row = 0; row < rows; row++) expect(values[row * columns + 8]).toBeGreaterThan(0);
          }
        }
      }
    }
  });
});

describe.skipIf(!isThere)('what netml gets wrong (needs ../shared)', () => {
  const flowsOf = async (name: string, options: BuildOptions = {}) => {
    const { flows } = await buildFlows(await openRecords(`${GOLDEN}pcaps/${name}`), options);
    return Array.from({ length: flows.size }, (_, i) => ({ ...flows.keyOf(i), packets: flows.packets[i] }));
  };

  it('IPv6 conversations are flows of their own', async () => {
    const flows = await flowsOf('edge2_ipv6.pcap', { minPackets: 1 });
    const ipv6 = flows.filter(({ ipVersion }) => ipVersion === 6);
    expect(ipv6.length).toBeGreaterThan(1);
    expect(ipv6.every(({ source }) => source.includes(':'))).toBe(true);
    expect(ipv6.reduce((sum, { packets }) => sum + packets, 0)).toBe(9);
  });

  it('the last part of a split flow is kept, down to single packets', async () => {
    const netml = await flowsOf('edge4_timeout.pcap', { compat: 'netml' });
    const ours = await flowsOf('edge4_timeout.pcap', { minPackets: 1 });
    const sum = (flows: { packets: number }[]) => flows.reduce((all, { packets }) => all + packets, 0);
    const { counts } = await buildFlows(await openRecords(`${GOLDEN}pcaps/edge4_timeout.pcap`));
    expect(sum(ours)).toBe(counts.packets);
    expect(sum(netml)).toBeLessThan(counts.packets);
  });

  it('later fragments belong to their first one’s flow', async () => {
    const flows = await flowsOf('edge3_vlan_frag.pcap');
    const fragmented = flows.find(({ source }) => source === '10.0.0.5');
    expect(fragmented?.packets).toBeGreaterThan(2);
  });
});
