import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { FEATURE_TYPES, STATISTICS_SETS } from '@antinex/features';
import { NOVELTY_ALGORITHMS } from '@antinex/models';
import { describe, expect, test } from 'vitest';
import { useScratch } from '../../cli/test/scratch.ts';
import { ALGORITHM_NAMES, FEATURE_TYPE_NAMES, STATISTICS_SET_NAMES } from '../src/options/names.ts';
import { netml, spawnNetml, succeed } from './netml.ts';

const scratch = useScratch();

const hasShell = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe('completion', () => {
  test('names are those of the catalogues', () => {
    expect(ALGORITHM_NAMES).toEqual(NOVELTY_ALGORITHMS.map(({ name }) => name.toLowerCase()));
    expect(FEATURE_TYPE_NAMES).toEqual(FEATURE_TYPES);
    expect(STATISTICS_SET_NAMES).toEqual(STATISTICS_SETS.map(({ name }) => name));
  });

  test.skipIf(!hasShell('bash'))('bash (needs bash) completes commands, flags, words and files', async () => {
    const script = await succeed(['completion', 'bash']);
    writeFileSync(scratch('my capture.pcap'), '');
    const complete = (...words: string[]) => {
      const line = `COMP_WORDS=(netml ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`;
      const text = `${script}\n${line}\n_netml\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['--norc', '-c', text], { encoding: 'utf8', cwd: import.meta.dirname })
        .trimEnd()
        .split('\n');
    };
    expect(complete('le')).toEqual(['learn']);
    expect(complete('')).toEqual(['learn', 'classify', 'flows', 'packets', 'completion']);
    expect(complete('learn', 'ex')).toEqual(['extract']);
    expect(complete('learn', '--pcap-')).toEqual(['--pcap-normal', '--pcap-abnormal']);
    expect(complete('learn', 'train', '--algorithm', '')).toEqual([...ALGORITHM_NAMES]);
    expect(complete('learn', 'extract', '--feature-type', 'SAMP')).toEqual(['SAMP_NUM', 'SAMP_SIZE']);
    expect(complete('learn', 'train', '--pc')).toEqual(['']);
    expect(complete('classify', '--pcap', 'completion.t')).toEqual(['completion.test.ts']);
    expect(complete('classify', '--pcap', scratch('my'))).toEqual([scratch('my capture.pcap')]);
    expect(complete('flows', '--set', '')).toEqual(['nfstream', 'cicflowmeter']);
    expect(complete('flows', '--out')).toEqual(['--output']);
    expect(complete('packets', '--lengths', 'c')).toEqual(['captured']);
    expect(complete('packets', '--lab')).toEqual(['']);
    expect(complete('classify', '--dev')).toEqual(['--device']);
    expect(complete('--q-interval', '0.5', 'cl')).toEqual(['classify']);
    expect(complete('completion', 'z')).toEqual(['zsh']);
  });

  test.skipIf(!hasShell('zsh'))('zsh (needs zsh) reads its script', async () => {
    execFileSync('zsh', ['-n'], { input: await succeed(['completion', 'zsh']) });
  });

  test.skipIf(!hasShell('fish'))('fish (needs fish) reads its script', async () => {
    execFileSync('fish', ['--no-execute'], { input: await succeed(['completion', 'fish']) });
  });

  test('for zsh and fish, too: every command and flag is there', async () => {
    const zsh = await succeed(['completion', 'zsh']);
    const fish = await succeed(['completion', 'fish']);
    for (const name of ['learn_extract', 'learn_train', 'classify', 'flows', 'packets'])
      expect(zsh).toContain(`_netml_${name}() {`);
    for (const flag of ['pcap', 'feature-type', 'device', 'help-param', 'set', 'output']) {
      expect(zsh).toMatch(new RegExp(`--${flag}['}]`.replace("['}]", '[^a-z-]')));
      expect(fish).toContain(` -l ${flag} `);
    }
    // Quotes are closed on every line of them that a shell reads.
    for (const line of fish.split('\n'))
      expect(line.replaceAll("\\'", '').split("'").length % 2, line).toBe(1);
    for (const line of zsh.split('\n')) expect(line.split("'").length % 2, line).toBe(1);
  });

  test('no other shells', async () => {
    expect(await netml(['completion', 'csh'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/bash, zsh, fish/),
    });
  });
});

describe('help', () => {
  test('bare netml, and every command', async () => {
    const bare = await spawnNetml([]);
    expect(bare).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Usage: netml/) });
    for (const command of [
      [],
      ['learn'],
      ['learn', 'extract'],
      ['learn', 'train'],
      ['classify'],
      ['flows'],
      ['packets'],
      ['completion'],
    ]) {
      const { code, stdout } = await netml([...command, '--help']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Examples:\n') });
    }
    expect(await succeed(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('--help-algorithm and --help-param come from the catalogue', async () => {
    const algorithms = await succeed(['learn', '--help-algorithm']);
    for (const { name, title, description } of NOVELTY_ALGORITHMS) {
      expect(algorithms).toContain(`${name.toLowerCase().padEnd(6)} ${title}\n`);
      expect(algorithms).toContain(description);
    }
    const all = await succeed(['learn', 'train', '--help-param']);
    const one = await succeed(['learn', '--algorithm', 'OCSVM', '--help-param']);
    for (const { name, parameters } of NOVELTY_ALGORITHMS) {
      expect(one.includes(`${name.toLowerCase()}: `)).toBe(name === 'OCSVM');
      for (const parameter of Object.keys(parameters)) expect(all).toContain(`\n  ${parameter}: `);
    }
    expect(one).toMatch(/\n {2}nu: a number above 0 up to 1 \(default 0.5\)\n/);
  });
});
