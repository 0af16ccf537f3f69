import { describe, expect, it } from 'vitest';
import { parseBrokerUrl } from './broker-url.ts';

describe('broker URLs', () => {
  it.each([
    ['redis://host:1/2?a=b', 'redis://host:1/2?a=b'],
    ['redis+cluster://a:1,b:2', 'redis+cluster://a:1?node=b%3A2'],
    [
      'redis+sentinel://me:x%40,y@a:1,b,[::1]:3/m/0?q=1',
      'redis+sentinel://me:x%40,y@a:1/m/0?q=1&node=b&node=%5B%3A%3A1%5D%3A3',
    ],
    ['memory:', 'memory:'],
  ])('reads %s', (text, href) => {
    expect(parseBrokerUrl(text)?.href).toBe(href);
  });

  it.each(['', 'nonsense', 'redis://a:b:c,d', 'host,other'])('does not take "%s" for one', (text) => {
    expect(parseBrokerUrl(text)).toBeUndefined();
  });
});
