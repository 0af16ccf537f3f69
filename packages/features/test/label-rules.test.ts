import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFlows, buildFlows, type LabelOptions, labelFlows, readLabels } from '../src/index.ts';
import { batchOf, packetAt, type Segment } from './packets.ts';

const folder = mkdtempSync(join(tmpdir(), 'label-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(text: string, ending = 'yml'): string {
  const path = join(folder, `${files++}.${ending}`);
  writeFileSync(path, text);
  return path;
}

/** 7 July 2017, 18:56 UTC. */
const T0 = Date.UTC(2017, 6, 7, 18, 56) / 1000;
const A = '10.0.0.1';
const B = '10.0.0.2';

const SEGMENTS: readonly Segment[] = [
  { from: A, to: B, ports: [1000, 80] },
  { from: B, to: A, ports: [80, 1000] },
  { from: A, to: B, ports: [1000, 53], protocol: 'udp' },
  { from: '2001:db8::1', to: '2001:db8::2', ports: [5, 443] },
  { from: '192.168.1.9', to: A, ports: [40_000, 22] },
];
/** Flow i begins an hour after the one before it, and lasts 10 s. */
const startOf = (i: number) => T0 + 3600 * i;

let built: BuiltFlows;
beforeAll(async () => {
  const packets = SEGMENTS.flatMap((segment, i) => [0, 10].map((s) => packetAt(startOf(i) + s, segment)));
  built = await buildFlows(batchOf(packets), { interval: 60 });
});

/** The label of each flow; - for none. */
async function labelsOf(rules: string, options: LabelOptions = {}): Promise<string> {
  const labels = await readLabels([fileOf(rules)], options);
  return SEGMENTS.map((_, i) => labels.nameOf(built.flows, i) ?? '-').join(' ');
}

const rule = (conditions: string, options?: LabelOptions) =>
  labelsOf(`rules: [{label: x, ${conditions}}]`, options);

describe('a rule is for flows', () => {
  it.each([
    [`from: ${A}`, 'x - x - -'],
    [`to: ${A}`, '- x - - x'],
    [`host: ${A}`, 'x x x - x'],
    ['from: [192.168.0.0/16, "2001:db8::/64"]', '- - - x x'],
    ['host: 0.0.0.0/0', 'x x x - x'],
    ['sport: 1000', 'x - x - -'],
    ['dport: [22, 50-100]', 'x - x - x'],
    ['port: 80', 'x x - - -'],
    ['proto: udp', '- - x - -'],
    ['proto: [6]', 'x x - x x'],
    [`from: ${A}, proto: tcp`, 'x - - - -'],
    [`from: ${A}, dport: 80, direction: both`, 'x x - - -'],
    [`from: ${A}, dport: 80, direction: forward`, 'x - - - -'],
    // The ports of the one direction do not go with the addresses of the other.
    [`from: ${B}, dport: 80, direction: both`, '- - - - -'],
    ['start: 2017-07-07 18:56:10, end: 2017-07-07T19:56Z', 'x x - - -'],
    ['start: 2017-07-07 18:56:10.5, end: 2017-07-07T21:55:59+02:00', '- - - - -'],
    ['start: 2017-07-07 18:56:10.5, end: 2017-07-07T21:56:00+02:00', '- x - - -'],
    [`end: ${T0 + 7200}`, 'x x x - -'],
    [`start: ${T0 + 10.25}`, '- x x x x'],
  ])('with %s', async (conditions, expected) => {
    expect(await rule(conditions)).toBe(expected);
  });

  it('with the direction, the clock and the time that were asked for', async () => {
    expect(await rule(`from: ${A}, dport: 80`, { reverse: true })).toBe('x x - - -');
    expect(await rule(`from: ${A}, dport: 80, direction: forward`, { reverse: true })).toBe('x - - - -');
    expect(await rule('end: 2017-07-07 15:56', { utcOffsetMinutes: -180 })).toBe('x - - - -');
    expect(await rule('end: 2017-07-07 18:56Z', { utcOffsetMinutes: -180 })).toBe('x - - - -');
    expect(await rule('end: 2017-07-07 18:56', { withinSeconds: 3600 })).toBe('x x - - -');
  });
});

describe('of several', () => {
  it('rules the first one counts, and the default is for the rest', async () => {
    const rules =
      'rules:\n- {label: a, port: 53}\n- {label: b, from: 10.0.0.0/8}\n- {label: c, host: 10.0.0.1}\n';
    expect(await labelsOf(rules)).toBe('b b a - c');
    expect(await labelsOf(`${rules}default: BENIGN\n`)).toBe('b b a BENIGN c');
  });

  it('files the first one counts that names a flow', async () => {
    const csv = [
      'Source IP,Source Port,Destination IP,Destination Port,Protocol,Label',
      `${A},1000,${B},80,6,Bot`,
      `${A},1000,${B},53,17,Bot`,
    ].join('\n');
    const rules = fileOf('rules: [{label: x, port: 53}]\ndefault: BENIGN', 'YAML');
    const more = fileOf(csv, 'csv');
    const of = async (...paths: string[]) => {
      const labels = await readLabels(paths);
      return SEGMENTS.map((_, i) => labels.nameOf(built.flows, i)).join(' ');
    };
    expect(await of(more, rules)).toBe('Bot BENIGN Bot BENIGN BENIGN');
    expect(await of(rules, more)).toBe('BENIGN BENIGN x BENIGN BENIGN');
  });
});

it('labels by rules are normal or not', async () => {
  const labels = await readLabels([fileOf('rules: [{label: benign, proto: udp}, {label: Bot, port: 80}]')]);
  const { labels: classes, names, unlabelled } = labelFlows(built, labels);
  expect({ classes: [...classes], names, unlabelled }).toEqual({
    classes: [1, 1, 0],
    names: ['Bot', 'Bot', 'benign'],
    unlabelled: 2,
  });
});

it('what has no ports or no addresses is not found by them', async () => {
  const gre = packetAt(T0, SEGMENTS[0]);
  // IP protocol 47 in the place of TCP.
  gre.data.writeUInt8(47, gre.offset + 14 + 9);
  const ports = 'rules: [{label: ports, port: 0-65535}, {label: gre, proto: gre}]';
  const labels = await readLabels([fileOf(ports)]);
  const { flows } = await buildFlows(batchOf([gre]), { protocols: 'all', minPackets: 1 });
  expect(labels.nameOf(flows, 0)).toBe('gre');

  // netml's one key for everything that is not IPv4.
  const ipv6 = [0, 1].map((s) => packetAt(T0 + s, SEGMENTS[3]));
  const rest = (await buildFlows(batchOf(ipv6), { compat: 'netml', interval: 60 })).flows;
  const any =
    'rules: [{label: x, port: 0-65535}, {label: x, host: ["::/0", 0.0.0.0/0]}, {label: x, proto: 0-255}]';
  expect((await readLabels([fileOf(`${any}\ndefault: rest`)])).nameOf(rest, 0)).toBe('rest');
});

describe('compiled rules', () => {
  interface Rule {
    readonly from?: string[];
    readonly to?: string[];
    readonly host?: string[];
    readonly sport?: number[];
    readonly dport?: number[];
    readonly port?: number[];
    readonly proto?: number[];
    readonly start?: number;
    readonly end?: number;
    readonly direction?: 'both' | 'forward';
  }
  interface Flow {
    readonly source: string;
    readonly destination: string;
    readonly sourcePort: number;
    readonly destinationPort: number;
  }
  const within = <T>(values: T[] | undefined, ...found: T[]) =>
    values === undefined || found.some((value) => values.includes(value));

  /** What a rule means, said in the plainest way. */
  function isMeant(
    rule: Rule,
    flow: Flow & { readonly protocol: number },
    first: number,
    last: number,
  ): boolean {
    const { from, to, host, sport, dport, port, proto, start = 0, end = Infinity, direction } = rule;
    const goes = ({ source, destination, sourcePort, destinationPort }: Flow) =>
      within(from, source) &&
      within(to, destination) &&
      within(sport, sourcePort) &&
      within(dport, destinationPort);
    const { source, destination, sourcePort, destinationPort, protocol } = flow;
    const turned = {
      source: destination,
      destination: source,
      sourcePort: destinationPort,
      destinationPort: sourcePort,
    };
    return (
      start <= last &&
      first <= end &&
      within(proto, protocol) &&
      within(host, source, destination) &&
      within(port, sourcePort, destinationPort) &&
      (goes(flow) || (direction === 'both' && goes(turned)))
    );
  }

  it('say what they mean', async () => {
    const addresses = [...new Set(SEGMENTS.flatMap(({ from, to }) => [from, to])), '10.0.0.3', '2001:db8::3'];
    const ports = [...new Set(SEGMENTS.flatMap(({ ports }) => [...ports!])), 7];
    const some = <T>(values: T[]) => fc.subarray(values, { minLength: 1 });
    const time = fc.integer({ min: 0, max: 5 * 3600 }).map((s) => T0 + s);
    const conditions = fc.record(
      {
        from: some(addresses),
        to: some(addresses),
        host: some(addresses),
        sport: some(ports),
        dport: some(ports),
        port: some(ports),
        proto: some([6, 17, 1]),
        times: fc.tuple(time, time).map((times) => times.toSorted((a, b) => a - b)),
        direction: fc.constantFrom('both' as const, 'forward' as const),
      },
      { requiredKeys: [] },
    );
    const oneRule = conditions.map(({ times, ...rest }): Rule => {
      return times ? { ...rest, start: times[0], end: times[1] } : { proto: [6, 17], ...rest };
    });
    await fc.assert(
      fc.asyncProperty(fc.array(oneRule, { minLength: 1, maxLength: 6 }), async (rules) => {
        // JSON is YAML; half of the blocks are written with their length.
        const written = rules.map((rule, i) => ({
          label: `r${i}`,
          ...rule,
          ...(rule.from && { from: rule.from.map(block) }),
        }));
        const labels = await readLabels([fileOf(JSON.stringify({ rules: written }))]);
        for (let i = 0; i < SEGMENTS.length; i++) {
          const key = built.flows.keyOf(i);
          const found = rules.findIndex((rule) => isMeant(rule, key, startOf(i), startOf(i) + 10));
          expect(labels.nameOf(built.flows, i)).toBe(found < 0 ? undefined : `r${found}`);
        }
      }),
      { seed: 65, numRuns: process.env.LONG ? 5000 : 300 },
    );
  });

  const block = (address: string, i: number) =>
    i % 2 ? address : `${address}/${isIPv6(address) ? 128 : 32}`;
});
