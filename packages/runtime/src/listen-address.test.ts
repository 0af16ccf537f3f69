import { describe, expect, it } from 'vitest';
import { formatListenAddress, parseListenAddress } from './listen-address.ts';

describe('parseListenAddress', () => {
  it.each([
    ['9100', '127.0.0.1', 9100],
    [':9100', '127.0.0.1', 9100],
    [' 9100 ', '127.0.0.1', 9100],
    ['0', '127.0.0.1', 0],
    ['0.0.0.0:65535', '0.0.0.0', 65535],
    ['localhost:80', 'localhost', 80],
    ['capture-1.example.org:80', 'capture-1.example.org', 80],
    ['[::1]:9100', '::1', 9100],
    ['[::]:0', '::', 0],
  ])('%j is %s, port %d', (text, host, port) => {
    expect(parseListenAddress(text, '--http')).toEqual({ host, port });
  });

  it.each([
    '',
    ':',
    'localhost',
    'localhost:',
    '-1',
    '65536',
    '99999',
    '1e3',
    '9100x',
    '::1:9100',
    '[::1]',
    '[::1]9100',
    '[localhost]:9100',
    '[]:9100',
    'a b:9100',
    'http://localhost:9100',
    '127.0.0.1:9100/metrics',
  ])('%j is no address', (text) => {
    expect(() => parseListenAddress(text, 'env HTTP')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `env HTTP "${text}": must be HOST:PORT, [IPV6]:PORT or PORT`,
      }),
    );
  });
});

describe('formatListenAddress', () => {
  it.each(['127.0.0.1:80', '[::1]:9100', 'localhost:0'])('writes %s as it is read', (text) => {
    expect(formatListenAddress(parseListenAddress(text, '--http'))).toBe(text);
  });
});
