import { describe, expect, it } from 'vitest';
import { findAccount, findInPasswd } from './accounts.ts';

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  '# a comment: of some systems',
  '+::::::',
  'broken:x:five:six:::',
  'capture:x:998:997::/nonexistent:/usr/sbin/nologin',
  '1000:x:2000:2001:a user whose name is a number::',
  'alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash',
  '',
].join('\n');

describe('findInPasswd', () => {
  it.each([
    ['capture', { name: 'capture', uid: 998, gid: 997 }],
    ['998', { name: 'capture', uid: 998, gid: 997 }],
    ['0', { name: 'root', uid: 0, gid: 0 }],
    // As chown(1) has it: a name comes before a number.
    ['1000', { name: '1000', uid: 2000, gid: 2001 }],
  ])('finds %s', (key, account) => {
    expect(findInPasswd(PASSWD, key)).toEqual(account);
  });

  it.each(['', 'broken', '+', '-1', '9e2', '998 ', 'Alice', '99999999999999999999'])(
    'finds no "%s"',
    (key) => {
      expect(findInPasswd(PASSWD, key)).toBeUndefined();
    },
  );
});

describe('findAccount', () => {
  it('knows root on every machine', () => {
    expect(findAccount('root')).toEqual({ name: 'root', uid: 0, gid: 0 });
    expect(findAccount('0')).toEqual({ name: 'root', uid: 0, gid: 0 });
  });

  it.each(['', 'no-such-user', '--help', 'root:x:0', '../passwd'])('knows no "%s"', (key) => {
    expect(findAccount(key)).toBeUndefined();
  });
});
