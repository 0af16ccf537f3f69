import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secrets } from './secrets.ts';

describe('hiding', () => {
  it('takes out a secret however it is written', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        const secrets = new Secrets(secret);
        for (const written of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
          // What stands around it may complete it a second time: then that one has to go, too.
          expect(secrets.hide(`${before} ${written} ${after}`).split('***').join('\n')).not.toContain(
            written,
          );
        }
      }),
      { seed: 5, numRuns: 300, examples: [['$&$1', 'a', 'b']] },
    );
  });

  it('knows the token in use', () => {
    const secrets = new Secrets('password');
    secrets.useToken('aaaa.bbbb.cccc');
    secrets.useToken('dddd.eeee.ffff');
    expect(secrets.hide('dddd.eeee.ffff password redis://:pw@host/')).toBe('*** *** redis://:***@host/');
  });

  it('takes any password', () => {
    expect(new Secrets('half \ud83d of a pair').hide('half \ufffd of a pair')).toBe('***');
  });

  it('leaves text alone where the password is too short to be told from it', () => {
    expect(new Secrets('q').hide('a quick question')).toBe('a quick question');
  });
});

describe('cleaning an answer', () => {
  it.each([
    ['auth_url', 'redis://:s/e@cret@broker:1/9', 'redis://***@broker:1/9'],
    ['auth_url', `redis://:${'x'.repeat(5000)}@broker`, 'redis://***@broker'],
    ['url', 'http://plain/', 'http://plain/'],
    ['password', 'x', '***'],
    ['api_token', 'x', '***'],
    ['note', 'amqp://a:b@c/', 'amqp://a:***@c/'],
    ['token_count', 'twelve', 'twelve'],
  ])('%s %s', (key, value, clean) => {
    const answer = { list: [{ deep: { [key]: value } }] };
    expect(new Secrets('password').cleanAnswer(answer)).toBe(true);
    expect(answer.list[0].deep[key]).toBe(clean);
  });

  it('refuses what is nested too deep, without falling over it', () => {
    const secrets = new Secrets('password');
    expect(secrets.cleanAnswer(JSON.parse('['.repeat(60) + ']'.repeat(60)))).toBe(true);
    expect(secrets.cleanAnswer(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).toBe(false);
  });

  it.each([null, 1, 'text', true])('lets %j be', (value) => {
    expect(new Secrets('password').cleanAnswer(value)).toBe(true);
  });
});
