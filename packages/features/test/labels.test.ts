import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFlows, buildFlows, type LabelOptions, labelFlows, loadLabels } from '../src/index.ts';
import { batchOf, packetAt, type Segment } from './packets.ts';

const folder = mkdtempSync(join(tmpdir(), 'flow-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(text: string | Buffer): string {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, text);
  return path;
}

const HEADER =
  'Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Timestamp, Flow Duration, Label';
/** 3 July 2017, 12:08 UTC. */
const NOON = Date.UTC(2017, 6, 3, 12, 8) / 1000;

const conversation = (segment: Segment, at = NOON): ReturnType<typeof packetAt>[] =>
  [0, 1].map((second) => packetAt(at + second, segment));

let built: BuiltFlows;
beforeAll(async () => {
  const flows = [
    conversation({ from: '10.0.0.1', to: '10.0.0.2', ports: [1000, 80] }),
    conversation({ from: '10.0.0.2', to: '10.0.0.1', ports: [80, 1000] }),
    conversation({ from: '10.0.0.1', to: '10.0.0.2', ports: [1000, 80], protocol: 'udp' }),
    conversation({ from: '2001:db8::1', to: '2001:db8::2', ports: [5, 6] }),
    conversation({ from: '10.0.0.1', to: '10.0.0.2', ports: [1000, 80] }, NOON + 3 * 3600),
  ];
  built = await buildFlows(batchOf(flows.flat()), { quantile: 1 });
});

/** `name` of each flow by number; undefined for none. */
async function namesOf(text: string, options: LabelOptions = {}) {
  const labels = await loadLabels(fileOf(text), options);
  return Array.from({ length: built.flows.size }, (_, i) => labels.nameOf(built.flows, i));
}

const row = (
  label: string,
  more: { from?: string; to?: string; ports?: string; at?: string; us?: string } = {},
) => {
  const { from = '10.0.0.1', to = '10.0.0.2', ports = '1000,80', at = '3/7/2017 12:08', us = '2' } = more;
  const [sport, dport] = ports.split(',');
  return `x,${from},${sport},${to},${dport},6,${at},${us},${label}`;
};

describe('labels of a file like CICIDS 2017’s', () => {
  it('go to the flows with their addresses, ports and protocol', async () => {
    expect(await namesOf([HEADER, row('DDoS')].join('\r\n'))).toEqual([
      'DDoS',
      undefined,
      undefined,
      undefined,
      'DDoS',
    ]);
  });

  it('go to the other direction too, where asked for', async () => {
    const names = await namesOf([HEADER, row('DDoS')].join('\n'), { reverse: true });
    expect(names.slice(0, 3)).toEqual(['DDoS', 'DDoS', undefined]);
  });

  it('find IPv6 however it is written', async () => {
    const label = row('Bot', { from: '2001:0DB8:0:0:0:0:0:1', to: '2001:db8::0:2', ports: '5,6' });
    expect((await namesOf([HEADER, label].join('\n')))[3]).toBe('Bot');
  });

  it('of several rows the last one counts, and contradictions are counted', async () => {
    const text = [HEADER, row('BENIGN'), row('DDoS'), row('PortScan'), row('normal')].join('\n');
    const labels = await loadLabels(fileOf(text));
    expect(labels.nameOf(built.flows, 0)).toBe('normal');
    expect(labels).toMatchObject({ rows: 4, conflicts: 2 });
  });

  it('are found under the names of later versions, without spaces', async () => {
    const header = 'Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Label';
    const text = [header, '10.0.0.1,1000,10.0.0.2,80,TCP,2017-07-03 12:08:00,2,Bot'].join('\n');
    expect((await namesOf(text))[0]).toBe('Bot');
  });

  it('pass over rows without a label or with numbers that are none', async () => {
    const text = [HEADER, row(' '), row('A', { ports: '1000,' }), row('A', { ports: 'x,80' }), 'short', ''];
    const labels = await loadLabels(fileOf(text.join('\n')));
    expect(labels.rows).toBe(0);
    const floats = await loadLabels(fileOf([HEADER, row('A', { ports: '1000.0,80.0' })].join('\n')));
    expect(floats.nameOf(built.flows, 0)).toBe('A');
  });
});

describe('times of rows', () => {
  const at = (time: string, label = 'Bot') => [HEADER, row(label, { at: time, us: '1000000' })].join('\n');
  const within = { withinSeconds: 60 };

  it.each([
    ['3/7/2017 12:08'],
    ['03/07/2017 12:08:59'],
    ['3/7/2017 12:08:00 PM'],
    ['2017-07-03 12:08:30.5'],
    ['1499083680'],
  ])('%s is near the first flow, and not the last', async (time) => {
    expect(await namesOf(at(time), within)).toEqual(['Bot', undefined, undefined, undefined, undefined]);
  });

  it('of another zone', async () => {
    expect((await namesOf(at('3/7/2017 9:08'), { ...within, utcOffsetMinutes: -180 }))[0]).toBe('Bot');
  });

  it('of a clock with twelve hours and nothing to tell', async () => {
    const names = await namesOf(at('3/7/2017 3:08'), { ...within, twelveHours: true });
    expect(names).toEqual([undefined, undefined, undefined, undefined, 'Bot']);
  });

  it('decide which of several rows is meant', async () => {
    const text = [HEADER, row('Bot', { at: '3/7/2017 12:08' }), row('DDoS', { at: '3/7/2017 15:08' })].join(
      '\n',
    );
    const names = await namesOf(text, within);
    expect([names[0], names[4]]).toEqual(['Bot', 'DDoS']);
  });

  it('that are none match nothing', async () => {
    expect((await namesOf(at('yesterday'), within))[0]).toBeUndefined();
    expect((await namesOf(at('31/31/2017 12:08'), within))[0]).toBeUndefined();
  });

  it('are needed where times are to match', async () => {
    const text = 'Source IP,Source Port,Destination IP,Destination Port,Protocol,Label\n';
    await expect(namesOf(text, within)).rejects.toMatchObject({ code: 'LABELS_UNUSABLE' });
  });
});

describe('labelled flows', () => {
  it('are those with a label; or the others are called normal', async () => {
    const labels = await loadLabels(fileOf([HEADER, row('DDoS')].join('\n')));
    const some = labelFlows(built, labels);
    expect(some).toMatchObject({ names: ['DDoS', 'DDoS'], unlabelled: 3, interval: built.interval });
    expect([[...some.labels], some.flows.size]).toEqual([[1, 1], 2]);
    const all = labelFlows(built, labels, { unlabelled: 'normal' });
    expect([...all.labels]).toEqual([1, 0, 0, 0, 1]);
    expect(all.flows.size).toBe(5);
  });

  it('must be some', async () => {
    const labels = await loadLabels(fileOf([HEADER, row('DDoS', { from: '1.2.3.4' })].join('\n')));
    expect(() => labelFlows(built, labels)).toThrow(expect.objectContaining({ code: 'NO_FLOWS' }));
  });
});

describe('files that hold no labels', () => {
  it.each([
    ['empty', ''],
    ['one column', 'Label\nBENIGN\n'],
    ['binary', Buffer.from([0, 1, 2, 255, 254, 10, 13, 0])],
    ['no end of a quotation', `${HEADER}\n"${'x'.repeat(5000)}`],
  ])('%s', async (_name, text) => {
    const loading = loadLabels(fileOf(text));
    if (String(text).startsWith('Flow')) expect((await loading).rows).toBe(0);
    else await expect(loading).rejects.toMatchObject({ code: 'LABELS_UNUSABLE' });
  });

  it('none at all, a directory', async () => {
    await expect(loadLabels(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(loadLabels(folder)).rejects.toMatchObject({ code: 'FILE_IS_DIRECTORY' });
  });

  it('netml wants its names, spaces and all', async () => {
    const path = fileOf([HEADER.replaceAll(', ', ','), row('DDoS')].join('\n'));
    await expect(loadLabels(path, { compat: 'netml' })).rejects.toMatchObject({
      code: 'NETML_FAILS',
      details: { error: "KeyError: ' Source IP'" },
    });
  });
});
