import { describe, expect, it } from 'vitest';
import { maskSecrets } from './secrets.ts';

describe('maskSecrets', () => {
  it.each([
    ['redis://me:secret@host:6379/15', 'redis://me:***@host:6379/15'],
    ['redis://:secret@host', 'redis://:***@host'],
    ['amqps://u:p@ss:w/ord@host/v', 'amqps://u:***@host/v'],
    ['at redis://a:b@h1 and amqp://c:d@h2.', 'at redis://a:***@h1 and amqp://c:***@h2.'],
    ['{"url":"redis://a:b@h","n":"x@y"}', '{"url":"redis://a:***@h","n":"x@y"}'],
    ['redis://h/0?password=abc&db=1', 'redis://h/0?password=***&db=1'],
    ['redis://host:6379/0', 'redis://host:6379/0'],
    ['me@example.com: hello', 'me@example.com: hello'],
  ])('%s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it('is quick on text made to slow it down', () => {
    const started = performance.now();
    maskSecrets('://x:'.repeat(50_000));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
