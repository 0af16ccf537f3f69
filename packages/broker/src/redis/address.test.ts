import { describe, expect, it } from 'vitest';
import { parseBrokerUrl } from '../broker-url.ts';
import type { TlsOptions } from '../types.ts';
import { parseAddress } from './address.ts';

const parse = (text: string, tls?: TlsOptions) => parseAddress(parseBrokerUrl(text) as URL, tls);

describe('addresses of Redis', () => {
  it('has defaults for all but the scheme', () => {
    expect(parse('redis://')).toEqual({
      name: 'redis://',
      kind: 'server',
      hosts: [{ host: 'localhost', port: 6379 }],
      master: undefined,
      database: 0,
      username: undefined,
      password: undefined,
      secure: false,
      group: 'packet-processor',
      shards: 1,
      maxLength: undefined,
      claimIdleSeconds: 30,
      visibilityTimeoutSeconds: 3600,
    });
  });

  it('reads host, database, user and options', () => {
    const text =
      'rediss://me:p%40ss@[::1]:7000/15?group=g&shards=4&maxlen=9&claim_idle=5&visibility_timeout=6';
    expect(parse(text)).toMatchObject({
      name: expect.stringContaining('rediss://me:***@[::1]:7000/15'),
      hosts: [{ host: '::1', port: 7000 }],
      database: 15,
      username: 'me',
      password: 'p@ss',
      secure: true,
      group: 'g',
      shards: 4,
      maxLength: 9,
      claimIdleSeconds: 5,
      visibilityTimeoutSeconds: 6,
    });
  });

  it('reads clusters and sentinels of several hosts', () => {
    expect(parse('redis+cluster://a:1,b,[::1]:3')).toMatchObject({
      kind: 'cluster',
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
        { host: '::1', port: 3 },
      ],
    });
    expect(parse('rediss+sentinel://:secret@a,b:2/packets/7')).toMatchObject({
      kind: 'sentinel',
      hosts: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 2 },
      ],
      master: 'packets',
      database: 7,
      password: 'secret',
      secure: true,
    });
  });

  it('speaks TLS where TLS options are given', () => {
    expect(parse('redis://host', { caFile: 'ca.crt' }).secure).toBe(true);
    expect(parse('redis://host', { insecure: false }).secure).toBe(true);
    expect(parse('redis://host', {}).secure).toBe(false);
  });

  it.each([
    ['redis://a,b', 'several hosts'],
    ['redis://a/x', 'database "x"'],
    ['redis://a/1/2', 'database "1/2"'],
    ['redis+cluster://a/1', 'database 0 only'],
    ['redis+sentinel://a', 'name the master'],
    ['redis+sentinel://a/m/x', 'database "x"'],
    ['redis+cluster://a,b:99999', '"b:99999"'],
    ['redis+cluster://a,', 'is no host'],
    ['redis://a:0', 'is no host'],
    ['redis://a?shards=0', 'shards "0"'],
    ['redis://a?maxlen=many', 'maxlen "many"'],
    ['redis://a?claim_idle=', 'claim_idle ""'],
    ['redis://a?max=1', 'no option "max", only group'],
    ['redis://%zz@a', '%25'],
  ])('refuses %s', (text, problem) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => parse(text)).toThrow(problem);
  });

  it('tells all that is wrong at once', () => {
    expect(() => parse('redis://a/x?shards=0&b=c')).toThrow(/database.*shards.*"b"/);
  });
});
