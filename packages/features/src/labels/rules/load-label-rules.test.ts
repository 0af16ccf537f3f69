import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadLabelRules } from './load-label-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'label-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'rules.yml');

/** What is said of a file; 'good' for nothing. */
async function saidOf(text: string | Buffer): Promise<string> {
  writeFileSync(path, text);
  try {
    await loadLabelRules(path);
    return 'good';
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    expect(error).toMatchObject({ code: 'LABELS_UNUSABLE', exitCode: 1 });
    return error.message.replace(`cannot use the labels in ${path}: `, '');
  }
}

/** The same of a file with one rule, which has this line. */
const saidOfRule = (line: string) => saidOf(`# one\nrules:\n  - label: x\n    proto: tcp\n    ${line}\n`);

describe('rules', () => {
  it.each([
    'rules:\n- label: x\n  port: 80\n',
    '\uFEFFrules: [{label: x, port: 80}]\r\ndefault: BENIGN\r\n',
    '{"rules": [{"label": "x", "from": ["10.0.0.1", "::1"], "sport": [1, "2-3"]}], "default": "NORMAL"}',
    'rules:\n- {label: x, from: &bots [10.0.0.1, 10.0.0.2]}\n- {label: y, to: *bots}\n',
    'rules:\n- {label: no, start: 1499443200, end: 2017-07-07 16:16}\n',
    '%YAML 1.1\n---\nrules:\n- {label: yes, start: 2017-07-07T16:16:00Z, proto: [ICMP, 47, 50-51]}\n',
  ])('%j is a file of them', async (text) => {
    expect(await saidOf(text)).toBe('good');
  });

  it.each([
    ['dprot: 80', 'line 5, rule 1: "dprot" is no condition; there are label, from, to, '],
    ['dport: http', 'line 5, rule 1: "http" is no port: write 80, 1-1024, or a list such as [80, 8000-8099]'],
    ['dport: 65536', 'line 5, rule 1: 65536 is no port'],
    ['dport: -1', 'line 5, rule 1: -1 is no port'],
    ['dport: 80.5', 'line 5, rule 1: 80.5 is no port'],
    ['dport: 90-80', 'line 5, rule 1: "90-80" is no port'],
    ['dport: "80, 443"', 'line 5, rule 1: "80, 443" is no port'],
    ['dport: [80,\n      x]', 'line 6, rule 1: "x" is no port'],
    ['dport: [[80]]', 'line 5, rule 1: a list is no port'],
    ['dport: {low: 1}', 'line 5, rule 1: a map is no port'],
    ['dport:', 'line 5, rule 1: nothing is no port'],
    ['dport: []', 'line 5, rule 1: this list is empty: name something, or leave it out'],
    ['from: 10.0.0.0/33', 'line 5, rule 1: "10.0.0.0/33" is no address: write 10.0.0.1, 10.0.0.0/8, '],
    ['host: 10', 'line 5, rule 1: 10 is no address'],
    ['port: 80\n    port: 81', 'line 6: this name is in its map twice'],
    [
      'start: 2017-07-07',
      'line 5, rule 1: "2017-07-07" is no time: write 2017-07-07 15:56:00, with Z or +02:00',
    ],
    ['start: 1499443200000', 'line 5, rule 1: 1499443200000 is no time'],
    ['start: .nan', 'line 5, rule 1: NaN is no time'],
    ['start: 20\n    end: 10', 'line 6, rule 1: its end is before its start'],
    ['direction: back', 'line 5, rule 1: "back" is no direction: write both or forward'],
    ['<<: {port: 80}', 'line 5, rule 1: "<<" is no condition'],
    ['__proto__: {port: 80}', 'line 5, rule 1: "__proto__" is no condition'],
    ['port: *none', 'Unresolved alias'],
    ['port: !!js/function "x"', 'line 5: Unresolved tag'],
    [`host: ${'x'.repeat(1000)}`, `line 5, rule 1: "${'x'.repeat(59)}… is no address`],
  ])('a line %j is told of', async (line, said) => {
    expect((await saidOfRule(line)).slice(0, said.length)).toBe(said);
  });

  it.each([
    ['proto: 256', '256 is no protocol: write tcp, udp, icmp, a number up to 255, or a list of these'],
    ['proto: tpc', '"tpc" is no protocol'],
  ])('%s', async (line, said) => {
    expect(await saidOf(`rules: [{label: x, ${line}}]`)).toContain(`line 1, rule 1: ${said}`);
  });

  it.each([
    ['', 'there must be a map of rules, default here, not nothing'],
    ['- label: x', 'line 1: there must be a map of rules, default here, not a list'],
    ['default: x', 'line 1: it has no rules'],
    ['rules:', 'line 1: the rules must be a list, with a - in front of each'],
    ['rules: {label: x}', 'line 1: the rules must be a list'],
    ['rules: []', 'line 1: this list is empty'],
    ['rules: [x]', 'line 1, rule 1: there must be a map of label, from, '],
    ['rules:\n- port: 1', 'line 2, rule 1: it has no label'],
    [
      'rules:\n- label: x\n  direction: both',
      'line 2, rule 1: it has no conditions: for all other flows there is default',
    ],
    [
      'rules:\n- {label: 1, port: 1}',
      'line 2, rule 1: 1 is no label: write a name of up to 100 letters; BENIGN and',
    ],
    ['rules:\n- {label: " ", port: 1}', 'line 2, rule 1: " " is no label'],
    ['rules:\n- {label: "\\e[2J", port: 1}', 'line 2, rule 1: "\\u001b[2J" is no label'],
    ['rules: [{label: x, port: 1}]\ndefault:', 'line 2: nothing is no label'],
    [
      'rules: [{label: x, port: 1}]\ndefualt: x',
      'line 2: "defualt" is no part of a rules file; there are rules, default',
    ],
    ['rules: [{label: x, port: 1}]\n---\nrules: []', 'line 2: another document begins: keep one'],
    ['a: 1\n\tb: 2', 'line 2: '],
    ['[a]: 1', 'line 1: With stringKeys, all keys must be strings'],
    [' Source IP, Destination IP\n10.0.0.1,10.0.0.2', 'line 1: there must be a map'],
    [Buffer.from([0xff, 0xfe, 0x72, 0]), 'it is no UTF-8 text'],
    [Buffer.from([0x72, 0xc3, 0x28]), 'it is no UTF-8 text'],
  ])('a file %j is told of', async (text, said) => {
    expect((await saidOf(text)).slice(0, said.length)).toBe(said);
  });

  it('are of the line they stand in, through aliases too', async () => {
    const text = 'rules:\n- &a {label: x, port: &p [80,\n  x]}\n- *a\n';
    expect(await saidOf(text)).toContain('line 3, rule 1: "x"');
    expect(await saidOf('rules:\n- {label: x, host: &p [10.0.0.1, 80]}\n')).toContain('line 2, rule 1: 80');
    expect(await saidOf('rules:\n- {label: x, port: &p [80]}\n- {label: y,\n   host: *p}\n')).toContain(
      'line 2, rule 2: 80',
    );
  });
});

describe('files that are made to do harm', () => {
  const MOST = 256 * 1024;
  const fill = (text: string) => text.repeat(Math.floor(MOST / text.length));
  const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);

  it.each<[string, string, string]>([
    ['lists in lists', fill('['), 'line 1: this is nested too deeply for rules'],
    ['rows in rows', fill('- '), 'line 1: this is nested too deeply'],
    ['maps in maps', fill('{a: '), 'line 1: this is nested too deeply'],
    ['names of names', fill('? '), 'line 1: this is nested too deeply'],
    ['closed lists', fill(']'), 'line 1: Unexpected flow-seq-end token'],
    ['one name again and again', fill('a: b\n'), 'line 2: this name is in its map twice'],
    [
      'many names',
      Array.from({ length: 20_000 }, (_, i) => `n${i}: 1`).join('\n'),
      'line 1: "n0" is no part',
    ],
    ['aliases of aliases', `a0: &a0 [x, x]\n${levels.join('\n')}`, 'aliases repeat more than 1000 values'],
    ['many aliases', `a: &a [x]\nb:\n${'- *a\n'.repeat(40_000)}`, 'aliases repeat more than 1000 values'],
    ['a list of itself', 'rules: &a [*a]', 'line 1, rule 1: there must be a map'],
    ['itself as a port', 'rules: [{label: x, port: &a [*a]}]', 'line 1, rule 1: a list is no port'],
    [
      'long lists by aliases',
      `rules:\n- {label: x, port: &p [${'1,'.repeat(10_000)}]}\n${'- {label: x, port: *p}\n'.repeat(900)}`,
      'line 21, rule 20: aliases repeat too many values',
    ],
    ['too much', `${fill('#\n')}#\n#\n`, `it is larger than ${MOST} bytes`],
  ])('%s', async (_what, text, said) => {
    const start = process.cpuUsage();
    expect((await saidOf(text)).slice(0, said.length)).toBe(said);
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(10);
  });

  it('one without an end, a directory, none at all', async () => {
    symlinkSync('/dev/zero', join(folder, 'zero.yml'));
    await expect(loadLabelRules(join(folder, 'zero.yml'))).rejects.toMatchObject({ code: 'LABELS_UNUSABLE' });
    await expect(loadLabelRules(folder)).rejects.toMatchObject({ code: 'FILE_IS_DIRECTORY' });
    await expect(loadLabelRules(join(folder, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('whatever they hold, they are read or told of', async () => {
    const scalar = fc.oneof(
      fc.constantFrom(
        '80',
        '1-1024',
        'tcp',
        '10.0.0.0/8',
        '::1',
        '2017-07-07 15:56',
        '~',
        '.inf',
        '!!int',
        '*a',
        '&a',
      ),
      fc.string({ maxLength: 8 }),
      fc.double().map(String),
    );
    const name = fc.constantFrom(
      'label',
      'from',
      'dport',
      'proto',
      'start',
      'end',
      'direction',
      'rules',
      'default',
      '?',
      '<<',
    );
    const line = fc
      .tuple(fc.nat(4), fc.constantFrom('', '- ', '- - '), name, scalar)
      .map(([depth, dash, name, value]) => `${' '.repeat(depth)}${dash}${name}: ${value}`);
    const structured = fc.array(line, { maxLength: 8 }).map((lines) => `rules:\n${lines.join('\n')}`);
    const values = fc.json({ maxDepth: 4 }).map((json) => `{"rules": [{"label": "x", "port": ${json}}]}`);
    const bytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const yamlish = fc
      .array(fc.constantFrom(...'[]{}:,-?&*!|>%@#"\'`~ \n\ta1'), { maxLength: 60 })
      .map((signs) => signs.join(''));
    await fc.assert(
      fc.asyncProperty(fc.oneof(structured, values, bytes, yamlish), async (text) => {
        expect(await saidOf(text)).not.toBe('');
      }),
      { seed: 64, numRuns: process.env.LONG ? 20_000 : 200 },
    );
  });
});
