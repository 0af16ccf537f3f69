import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { PROCESSOR_SETTINGS } from '../src/settings.ts';

const FOLDER = fileURLToPath(new URL('../../../envs/', import.meta.url));
/** What a shell, docker and our own reader all understand alike: no quotes, no blanks, nothing to expand. */
const LINE = /^(#.*|[A-Z][A-Z\d_]*=[\w:/.,@{}-]*)$/;

const sourced = (path: string): Record<string, string> => {
  const program = 'set -a; source "$1"; env -0';
  const text = execFileSync('bash', ['--norc', '-c', program, 'bash', path], { env: {} }).toString();
  return Object.fromEntries(text.split('\0').map((one) => one.split(/=(.*)/s).slice(0, 2)));
};

describe.each(readdirSync(FOLDER))('envs/%s', (name) => {
  const path = `${FOLDER}${name}`;

  it('reads the same for a shell and for --env-file', () => {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
    const variables = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(/=(.*)/s));
    const inShell = sourced(path);
    for (const [key, value] of variables) expect([key, inShell[key]]).toEqual([key, value]);
    const fromFile = loadConfig(PROCESSOR_SETTINGS, { file: path }).values;
    expect(fromFile).toEqual(loadConfig(PROCESSOR_SETTINGS, { env: inShell }).values);
  });
});
