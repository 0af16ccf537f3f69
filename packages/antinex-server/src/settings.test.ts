import { loadConfig } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { foldersOf, isLoopback, problemsOf, SERVER_SETTINGS } from './settings.ts';

const problems = (env: Record<string, string>) => problemsOf(loadConfig(SERVER_SETTINGS, { env }));

describe('settings', () => {
  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('%s is of this host', (host) =>
    expect(isLoopback(host)).toBe(true),
  );
  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.example', ''])(
    '%j may be reached',
    (host) => expect(isLoopback(host)).toBe(false),
  );

  it('asks for a real password only where other hosts can use it', () => {
    expect(problems({ ANTINEX_PASSWORD: '123321' })).toEqual([]);
    expect(problems({ ANTINEX_PASSWORD: '123321', WEBAPP_HOST: '0.0.0.0' })).toHaveLength(1);
    expect(problems({ ANTINEX_PASSWORD: '12332100', WEBAPP_HOST: '0.0.0.0' })).toEqual([]);
  });

  it('asks for a key that cannot be guessed', () => {
    expect(problems({ DJANGO_SECRET_KEY: 'x'.repeat(31) })).toHaveLength(1);
    expect(problems({ DJANGO_SECRET_KEY: 'x'.repeat(32) })).toEqual([]);
  });

  it('believes proxies by their addresses', () => {
    const config = (trustProxy: string) => problemsOf(loadConfig(SERVER_SETTINGS, { flags: { trustProxy } }));
    expect(config('10.0.0.1, ::1,10.0.0.0/8')).toEqual([]);
    expect(config('10.0.0.1,proxy')).toEqual(['--trust-proxy: "proxy" is no address']);
    for (const bad of ['10.0.0.1/33', '10.0.0.0/0', '::1/129', '10.0.0.1/', '10.0.0.1/8/8', '::1/x', ''])
      expect(config(bad)).toEqual([`--trust-proxy: "${bad}" is no address`]);
  });

  it('reads folders', () => {
    expect(foldersOf('/a:b::')).toEqual(['/a', 'b']);
    expect(foldersOf(undefined)).toEqual([]);
  });
});
