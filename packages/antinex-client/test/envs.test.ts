import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '@antinex/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { aiRequestOptions, antinexClientOptions, antinexProblems } from '../src/from-settings.ts';
import { generateAiRequest } from '../src/request/generate-ai-request.ts';
import { DJANGO_TEMPLATE, readTemplate } from '../src/request/template.ts';
import { ANTINEX_SETTINGS } from '../src/settings.ts';
import { created, startApi } from './support/api.ts';
import { openClient, PASSWORD } from './support/hearing.ts';

const ENVS = fileURLToPath(new URL('../../../envs/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'antinex-envs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The environment of a shell that has read an env file. */
const sourced = (path: string): Record<string, string> => {
  const text = execFileSync('bash', ['--norc', '-c', 'set -a; source "$1"; env -0', 'bash', path], {
    env: {},
  });
  return Object.fromEntries(
    text
      .toString()
      .split('\0')
      .map((one) => one.split(/=(.*)/s).slice(0, 2)),
  );
};

const load = (env: Record<string, string>) => loadConfig(ANTINEX_SETTINGS, { env }).values;

describe.each(['antinex-dev.env', 'pipeline-dev.env'])('envs/%s', (name) => {
  const variables = sourced(`${ENVS}${name}`);

  it('drives the settings unchanged, and names none that is not known', () => {
    const values = load(variables);
    expect(antinexProblems(values)).toEqual([]);
    expect(values).toEqual(loadConfig(ANTINEX_SETTINGS, { file: `${ENVS}${name}` }).values);
    expect(antinexClientOptions(values)).toMatchObject({
      url: 'http://localhost:8010',
      user: 'root',
      password: '123321',
    });
    expect(values.antinexPublish).toBe(true);
    const known = new Set<unknown>(
      Object.values(ANTINEX_SETTINGS).map((setting) => 'env' in setting && setting.env),
    );
    const ofLogging = ['ANTINEX_CLIENT_VERBOSE', 'ANTINEX_CLIENT_DEBUG'];
    const named = Object.keys(variables).filter(
      (key) => key.startsWith('ANTINEX_') && !ofLogging.includes(key),
    );
    expect(named.filter((key) => !known.has(key))).toEqual([]);
    expect(named.length).toBeGreaterThan(25);
  });

  it('makes a request for its model', async () => {
    const values = load(variables);
    const template = await readTemplate(values.antinexRequestFile);
    const { body } = generateAiRequest([{ tcp_seq: 0, ip_len: '40' }], {
      ...aiRequestOptions(values),
      template,
    });
    expect(body).toMatchObject({
      label: 'Full-Django-AntiNex-Simple-Scaler-DNN',
      num_splits: 2,
      test_size: 0.2,
      metrics: ['accuracy'],
      histories: ['val_loss', 'val_acc', 'loss', 'acc'],
      version: 1,
    });
    expect(body.features_to_process).toHaveLength(67);
    expect(body.features_to_process).toEqual(DJANGO_TEMPLATE.features_to_process);
    expect(body.predict_rows).toEqual([
      expect.objectContaining({ tcp_seq: 0, ip_len: 40, idx: -1, label_value: -1 }),
    ]);
  });
});

describe('special characters', () => {
  it('in a password arrive as they are, from the environment and from a file', async () => {
    const api = await startApi({ 'POST /ml/': [201, created(1)] });
    const path = join(folder, 'special.env');
    const inFile = "p@ss/w:0rd ü #$&+\\x =' ".replace("'", '"').trimEnd();
    writeFileSync(path, `ANTINEX_USER=root\nANTINEX_PASSWORD='${inFile}'\nANTINEX_URL=${api.url}\n`);
    expect(sourced(path).ANTINEX_PASSWORD).toBe(inFile);
    expect(loadConfig(ANTINEX_SETTINGS, { file: path }).values.antinexPassword).toBe(inFile);

    const values = load({ ANTINEX_USER: 'root', ANTINEX_PASSWORD: PASSWORD, ANTINEX_URL: api.url });
    await openClient(antinexClientOptions(values)).client.createJob({ label: 'x' });
    expect(JSON.parse(api.asked[0].body)).toEqual({ username: 'root', password: PASSWORD });
  });

  it('in names of models and columns arrive as they are', () => {
    const model = 'a "model", with ümlauts & $HOME #1';
    const values = load({
      ANTINEX_USE_MODEL_NAME: model,
      ANTINEX_FEATURES_TO_PROCESS: 'tcp_fields_options.MSS, größe,,a"b',
    });
    const { body } = generateAiRequest([{}], aiRequestOptions(values));
    expect(body.label).toBe(model);
    expect(body.features_to_process).toEqual(['tcp_fields_options.MSS', 'größe', 'a"b']);
    expect(readFileSync(`${ENVS}antinex-dev.env`, 'utf8')).toContain('tcp_fields_options.MSS');
  });
});

describe('settings', () => {
  it('say what is missing or wrong', () => {
    const values = load({
      ANTINEX_URL: 'http://me:pw@localhost',
      ANTINEX_CERT_FILE: 'x.pem',
      ANTINEX_TEST_SIZE: '2',
      ANTINEX_MISSING_VALUE: 'none',
    });
    expect(antinexProblems(values)).toEqual([
      'the AntiNex URL must not hold a user',
      'there is no user: set ANTINEX_USER',
      'there is no password: set ANTINEX_PASSWORD',
      'a certificate and its key belong together',
      'ANTINEX_TEST_SIZE must be between 0 and 1',
      'ANTINEX_MISSING_VALUE must be a number',
    ]);
  });

  it('verify the server unless told otherwise, and send nothing unless told', () => {
    const values = load({});
    expect(antinexClientOptions(values).tls).toMatchObject({ insecure: false });
    expect(values.antinexPublish).toBeUndefined();
    expect(antinexClientOptions(load({ ANTINEX_TLS_INSECURE: '1' })).tls).toMatchObject({ insecure: true });
  });
});
