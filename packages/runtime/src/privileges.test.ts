import { describe, expect, it } from 'vitest';
import type { Account } from './accounts.ts';
import { PipelineError } from './errors.ts';
import { chooseUser } from './privileges.ts';

const accounts: Account[] = [
  { name: 'root', uid: 0, gid: 0 },
  { name: 'toor', uid: 0, gid: 0 },
  { name: 'operator', uid: 11, gid: 0 },
  { name: 'capture', uid: 998, gid: 997 },
  { name: 'nobody', uid: 65534, gid: 65534 },
];
const find = (key: string) => accounts.find(({ name, uid }) => name === key || String(uid) === key);
const sudo = { SUDO_USER: 'alice', SUDO_UID: '1000', SUDO_GID: '1001' };

describe('chooseUser', () => {
  it.each(['capture', '998'])('takes --user %s before the user of sudo', (user) => {
    expect(chooseUser(user, sudo, find)).toEqual({ name: 'capture', uid: 998, gid: 997, from: 'option' });
  });

  it('takes the user who called sudo', () => {
    expect(chooseUser(undefined, sudo, find)).toEqual({ name: 'alice', uid: 1000, gid: 1001, from: 'sudo' });
  });

  it.each([
    ['there is no sudo', {}],
    ['root called sudo', { SUDO_USER: 'root', SUDO_UID: '0', SUDO_GID: '0' }],
    ["the caller's group is root's", { ...sudo, SUDO_GID: '0' }],
    ['half of it is missing', { SUDO_UID: '1000' }],
    ['it is no number', { ...sudo, SUDO_UID: '-5' }],
    ['it means "leave as is" to the kernel', { ...sudo, SUDO_UID: '4294967295' }],
    ['it is beyond any uid', { ...sudo, SUDO_UID: '99999999999' }],
  ])('takes nobody when %s', (_why, env) => {
    expect(chooseUser(undefined, env, find)).toEqual({
      name: 'nobody',
      uid: 65534,
      gid: 65534,
      from: 'nobody',
    });
  });

  it('knows nobody also where no file does', () => {
    expect(chooseUser(undefined, {}, () => undefined)).toMatchObject({ uid: 65534, gid: 65534 });
  });

  it.each([
    ['nemo', '--user nemo: there is no such user'],
    ['', '--user : there is no such user'],
    ['root', '--user root: that is root; name an ordinary user'],
    ['0', '--user 0: that is root; name an ordinary user'],
    ['toor', '--user toor: that is root; name an ordinary user'],
    ['operator', "--user operator: its group is root's; name another user"],
  ])('refuses --user "%s"', (user, problem) => {
    const expected = new PipelineError('CONFIG_INVALID', { problems: [problem] });
    expect(() => chooseUser(user, sudo, find)).toThrow(expected);
  });
});
