import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import { loadConfig } from './config.ts';
import type { PipelineError } from './errors.ts';
import { printConfig } from './print-config.ts';
import { defineSettings } from './settings.ts';

const SETTINGS = defineSettings({
  device: { flag: 'device', env: 'CAP_DEVICE', type: 'string', default: 'lo', help: 'interface' },
  filter: {
    flag: 'filter',
    env: 'NETWORK_FILTER',
    type: 'string',
    emptyIsValue: true,
    default: 'tcp',
    help: 'BPF',
  },
  outputCsv: { flag: 'output-csv', env: 'OUTPUT_CSV', type: 'string', help: 'CSV file' },
  saveAfter: {
    flag: 'save-after-num',
    env: 'SAVE_AFTER_NUM',
    type: 'integer',
    min: 1,
    default: 100,
    help: 'rows',
  },
  debug: { env: 'DEBUG_PACKETS', type: 'boolean', default: false, help: 'print packets' },
  schema: { flag: 'schema', type: 'choice', choices: ['2', 'legacy'], default: '2', help: 'schema' },
  lingerMs: { flag: 'linger', env: 'LINGER', type: 'duration', default: 20, help: 'wait' },
  broker: { env: 'FORWARD_BROKER_URL', type: 'string', help: 'broker' },
  password: { flag: 'password', env: 'PASSWORD', type: 'string', secret: true, help: 'password' },
});

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 });
    return (error as PipelineError<'CONFIG_INVALID'>).details.problems;
  }
  throw new Error('nothing was thrown');
}

describe('loadConfig', () => {
  it('falls back to the defaults', () => {
    const { values, origins } = loadConfig(SETTINGS, {});
    expect(values).toEqual({
      device: 'lo',
      filter: 'tcp',
      outputCsv: undefined,
      saveAfter: 100,
      debug: false,
      schema: '2',
      lingerMs: 20,
      broker: undefined,
      password: undefined,
    });
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
  });

  it('types the values after their settings', () => {
    const { values } = loadConfig(SETTINGS, {});
    expectTypeOf(values.device).toEqualTypeOf<string>();
    expectTypeOf(values.outputCsv).toEqualTypeOf<string | undefined>();
    expectTypeOf(values.saveAfter).toEqualTypeOf<number>();
    expectTypeOf(values.debug).toEqualTypeOf<boolean>();
    expectTypeOf(values.schema).toEqualTypeOf<'2' | 'legacy'>();
  });

  it('prefers flag to environment to file to default', () => {
    const path = file('order.env', 'CAP_DEVICE=file0\nOUTPUT_CSV=file.csv\nSAVE_AFTER_NUM=3');
    const { values, origins } = loadConfig(SETTINGS, {
      flags: { device: 'flag0', schema: undefined },
      env: { CAP_DEVICE: 'env0', OUTPUT_CSV: 'env.csv' },
      file: path,
    });
    expect(values).toMatchObject({ device: 'flag0', outputCsv: 'env.csv', saveAfter: 3, schema: '2' });
    expect(origins).toMatchObject({
      device: '--device',
      outputCsv: 'env OUTPUT_CSV',
      saveAfter: `${path}: SAVE_AFTER_NUM`,
      schema: 'default',
    });
  });

  it('lets the later of two files win', () => {
    const first = file('first.env', 'CAP_DEVICE=first\nSAVE_AFTER_NUM=1');
    const second = file('second.json', '{"device": "second"}');
    const { values } = loadConfig(SETTINGS, { file: [first, second] });
    expect(values).toMatchObject({ device: 'second', saveAfter: 1 });
  });

  it('reads JSON with values of the right type or as text', () => {
    const path = file(
      'typed.json',
      '{"saveAfter": 7, "debug": "yes", "schema": "legacy", "outputCsv": null}',
    );
    expect(loadConfig(SETTINGS, { file: path }).values).toMatchObject({
      saveAfter: 7,
      debug: true,
      schema: 'legacy',
    });
  });

  it('finds flags under the camelCase names of the command line parser', () => {
    expect(loadConfig(SETTINGS, { flags: { saveAfterNum: '9', linger: '2s' } }).values).toMatchObject({
      saveAfter: 9,
      lingerMs: 2000,
    });
  });

  it('takes an empty variable for not set, except where empty means something', () => {
    const { values } = loadConfig(SETTINGS, {
      env: { CAP_DEVICE: '', SAVE_AFTER_NUM: '', NETWORK_FILTER: '' },
    });
    expect(values).toMatchObject({ device: 'lo', saveAfter: 100, filter: '' });
  });

  it('reports every bad value with its source, all at once', () => {
    const json = file('bad.json', '{"lingerMs": "soon", "colour": 1, "debug": [1]}');
    const env = file('bad.env', 'FORWARD_BROKER_URL=x\nwhat is this');
    const problems = problemsOf(() =>
      loadConfig(SETTINGS, { flags: { schema: '3' }, env: { SAVE_AFTER_NUM: '0' }, file: [json, env] }),
    );
    expect([...problems].sort()).toEqual(
      [
        '--schema "3": must be one of 2, legacy',
        'env SAVE_AFTER_NUM "0": must be a whole number, at least 1',
        `${json}: lingerMs "soon": must be a time such as 250ms or 10s`,
        `${json}: debug [1]: must be one plain value`,
        `${json}: unknown setting "colour"`,
        `${env}, line 2: must be KEY=VALUE`,
      ].sort(),
    );
  });

  it('does not show a bad secret', () => {
    const path = file('secret.json', '{"password": {"is": "hunter2"}}');
    expect(problemsOf(() => loadConfig(SETTINGS, { file: path }))).toEqual([
      `${path}: password: must be one plain value`,
    ]);
  });

  it('refuses broken JSON and keys of the prototype', () => {
    expect(problemsOf(() => loadConfig(SETTINGS, { file: file('broken.json', '{"a":') }))[0]).toMatch(
      /not valid JSON/,
    );
    expect(problemsOf(() => loadConfig(SETTINGS, { file: file('p.json', '{"toString": 1}') }))[0]).toMatch(
      /unknown setting "toString"/,
    );
  });

  it('says when a config file is missing', () => {
    expect(() => loadConfig(SETTINGS, { file: join(folder, 'none.env') })).toThrow(
      expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
    );
  });
});

describe('printConfig', () => {
  it('shows each value and where it came from, without secrets', () => {
    const config = loadConfig(SETTINGS, {
      flags: { filter: 'tcp and port 80' },
      env: { FORWARD_BROKER_URL: 'redis://me:hunter2@host/0', PASSWORD: 'hunter2' },
    });
    expect(printConfig(SETTINGS, config)).toBe(
      [
        '--device            lo                     (default)',
        '--filter            "tcp and port 80"      (--filter)',
        '--output-csv        -                      (default)',
        '--save-after-num    100                    (default)',
        'DEBUG_PACKETS       false                  (default)',
        '--schema            2                      (default)',
        '--linger            20ms                   (default)',
        'FORWARD_BROKER_URL  redis://me:***@host/0  (env FORWARD_BROKER_URL)',
        '--password          ***                    (env PASSWORD)',
        '',
      ].join('\n'),
    );
  });
});
