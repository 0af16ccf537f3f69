import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@antinex/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { makeToken, startApi } from '../../antinex-client/test/support/api.ts';
import { PROCESSOR_SETTINGS } from '../src/settings.ts';
import { startProcessor } from './processor-child.ts';

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

/** With what shells, env files, docker, URLs and JSON make of characters. */
const SPECIAL = `p@ss w:0rd/"$HOME#%&\\x=ü\``;

/** Docker takes a line as it stands: what is behind the first = is the value, quotes and blanks included. */
const byDocker = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.trimStart())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );

describe('an env file with special characters', () => {
  const folder = mkdtempSync(join(tmpdir(), 'envs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, url: string, password: string): string => {
    const path = join(folder, name);
    const lines = readFileSync(`${FOLDER}antinex-dev.env`, 'utf8')
      .replace(/^ANTINEX_URL=.*$/m, () => `ANTINEX_URL=${url}`)
      .replace(/^ANTINEX_PASSWORD=.*$/m, () => `ANTINEX_PASSWORD=${password}`);
    writeFileSync(path, lines);
    return path;
  };

  /** Whether `--check` logs in: the API answers only to the password. */
  async function check(args: readonly string[], env: Readonly<Record<string, string>>) {
    const target = { url: 'redis://127.0.0.1:1' };
    const processor = await startProcessor(target, ['--check', '--dataset-dir', folder, ...args], { env });
    return processor.ended;
  }

  it.each(['source', '--env-file', 'docker'])('gives the password to the API as it is: %s', async (way) => {
    const asked: unknown[] = [];
    const api = await startApi({
      'POST /api-token-auth/': {
        reply: ({ body }) => {
          asked.push(JSON.parse(body));
          return [200, { token: makeToken({ exp: Date.now() / 1000 + 300 }) }];
        },
      },
    });
    const quoted = write('quoted.env', api.url, `'${SPECIAL}'`);
    const bare = write('bare.env', api.url, SPECIAL);
    const ways: Record<string, () => ReturnType<typeof check>> = {
      source: () => check([], sourced(quoted)),
      '--env-file': () => check(['--env-file', quoted], {}),
      docker: () => check([], byDocker(readFileSync(bare, 'utf8'))),
    };
    expect(await ways[way]()).toMatchObject({ code: 0, stdout: 'the settings are valid\n' });
    expect(asked).toEqual([{ username: 'root', password: SPECIAL }]);
  });

  it('with a wrong password, or an API that is away, is told so by --check', async () => {
    const api = await startApi();
    const path = write('wrong.env', api.url, "'wr$ng'");
    const wrong = await check(['--env-file', path], {});
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('does not let the user root in');
    expect(wrong.stderr).not.toContain('wr$ng');
    await api.close();
    const away = await check(['--env-file', path], {});
    expect(away).toMatchObject({ code: 0, stderr: expect.stringContaining('cannot reach the AntiNex API') });
  });

  it('says what is missing', async () => {
    const { code, stderr } = await check([], { ANTINEX_PUBLISH_ENABLED: '1' });
    expect(code).toBe(2);
    expect(stderr).toContain('there is no user: set ANTINEX_USER');
    const env = { ANTINEX_PUBLISH_ENABLED: '1', ANTINEX_USER: 'x', ANTINEX_PASSWORD: 'y' };
    const featureless = await check([], { ...env, ANTINEX_FEATURES_TO_PROCESS: ',' });
    expect(featureless.code).toBe(2);
    expect(featureless.stderr).toContain('set ANTINEX_FEATURES_TO_PROCESS');
    const strange = await check([], { ...env, ANTINEX_FEATURES_TO_PROCESS: 'a,b' });
    expect(strange.code).toBe(2);
    expect(strange.stderr).toContain('rows of schema legacy have no a, b');
  });
});
