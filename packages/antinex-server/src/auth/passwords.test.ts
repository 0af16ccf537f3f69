import { describe, expect, it } from 'vitest';
import { hashPassword, PasswordsBusy, verifyPassword } from './passwords.ts';

describe('passwords', () => {
  it('are found right or wrong; two hashes of one are not alike', async () => {
    const [one, two] = await Promise.all([hashPassword('p:ss "ü"'), hashPassword('p:ss "ü"')]);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword('p:ss "ü"', one)).toBe(true);
    expect(await verifyPassword('p:ss "u"', one)).toBe(false);
    expect(await verifyPassword('', one)).toBe(false);
  });

  it('are never right for nobody', async () => {
    expect(await verifyPassword('', undefined)).toBe(false);
  });

  it('of an earlier cost are still good', async () => {
    // RFC 7914, 12: the vector for N = 1024, r = 8, p = 16, cut to 32 bytes.
    const salt = Buffer.from('NaCl').toString('base64url');
    const hash = Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162', 'hex');
    const hashed = `scrypt$1024$8$16$${salt}$${hash.toString('base64url')}`;
    expect(await verifyPassword('password', hashed)).toBe(true);
  });

  it('wait for each other, and are put off when too many do', async () => {
    const all = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword('x', CHEAP)));
    const putOff = all.filter((one) => one.status === 'rejected');
    expect(putOff).toHaveLength(80 - 2 - 64);
    for (const { reason } of putOff as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(PasswordsBusy);
    expect(await verifyPassword('x', CHEAP)).toBe(false);
  });
});

const CHEAP = `scrypt$16$1$1$AAAA$${'A'.repeat(43)}`;
