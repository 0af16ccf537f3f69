import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLogger, type LogOptions } from './logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'logger-'));
afterAll(() => rmSync(folder, { recursive: true }));

function configFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function logger(isTTY: boolean, options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  return { log: await createLogger({ name: 'test', stream, env: {}, ...options }), written };
}

const ESCAPE = '\u001b[';
const CLEAR = '\r\u001b[2K';

describe('createLogger', () => {
  it('writes JSON lines into a pipe', async () => {
    const { log, written } = await logger(false);
    log.info({ packets: 3 }, 'captured');
    log.debug('not at this level');
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0])).toMatchObject({ name: 'test', level: 30, packets: 3, msg: 'captured' });
    expect(Date.parse(JSON.parse(written[0]).time)).toBeGreaterThan(Date.parse('2020-01-01'));
  });

  it('writes coloured lines on a terminal, over a progress line', async () => {
    const { log, written } = await logger(true);
    log.warn('careful');
    expect(written[0].startsWith(CLEAR)).toBe(true);
    const line = written[0].slice(CLEAR.length);
    expect(line).toContain('careful');
    expect(line).toContain('WARN');
    expect(line).toContain(ESCAPE);
    expect(line.endsWith('\n')).toBe(true);
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('leaves colours out under %j', async (env) => {
    const { log, written } = await logger(true, { env });
    log.warn('careful');
    expect(written[0].slice(CLEAR.length)).not.toContain(ESCAPE);
  });

  it.each([
    ['warning', 40],
    ['critical', 60],
    ['error', 50],
  ] as const)('knows the level %s', async (logLevel, level) => {
    const { log } = await logger(false, { logLevel });
    expect(log.levels.values[log.level]).toBe(level);
  });

  it('masks secrets in fields and in URLs anywhere', async () => {
    const { log, written } = await logger(false);
    log.error(
      { password: 'hunter2', broker: { token: 'hunter2' }, url: 'redis://me:hunter2@host/0' },
      'no amqp://u:hunter2@h',
    );
    log.error(new Error('cannot reach redis://:hunter2@host'));
    expect(written.join('')).not.toContain('hunter2');
    expect(JSON.parse(written[0])).toMatchObject({ password: '***', url: 'redis://me:***@host/0' });
  });

  it('takes pino options from the config file; the level given wins', async () => {
    const logConfig = configFile(
      'ok.json',
      '{"level": "debug", "base": {"site": "a"}, "redact": ["payload"]}',
    );
    const first = await logger(false, { logConfig });
    first.log.debug({ payload: 'x', password: 'y' }, 'hello');
    expect(JSON.parse(first.written[0])).toMatchObject({ site: 'a', payload: '***', password: '***' });
    expect((await logger(false, { logConfig, logLevel: 'error' })).log.level).toBe('error');
  });

  it.each([
    ['not JSON', '{', /LOG_CFG .*JSON/],
    ['a list', '[]', /must be a JSON object/],
    ["Python's", '{"version": 1, "handlers": {}}', /looks like Python's/],
    ['a level that does not exist', '{"level": "loud"}', /loud/],
  ])('refuses a config file that is %s', async (name, text, message) => {
    await expect(logger(false, { logConfig: configFile(`${name}.json`, text) })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('says when the config file is missing', async () => {
    await expect(logger(false, { logConfig: join(folder, 'none') })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});
