import { randomBytes } from 'node:crypto';
import { type Log, PipelineError } from '@antinex/runtime';
import type { Users } from '../store/users.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export interface FirstUser {
  readonly username: string;
  readonly email: string;
  /** Undefined: make one up. */
  readonly password: string | undefined;
  /** Other hosts can log in: a password has to be chosen. */
  readonly isReachable: boolean;
}

const PASSWORD_BYTES = 15;
const NEEDED =
  'ANTINEX_PASSWORD must be set: other hosts can reach the server, and there is no default password';
/** The original's, which its documents and everybody's env files tell. */
const KNOWN_PASSWORD = '123321';
const TOO_KNOWN =
  'ANTINEX_PASSWORD must be set: other hosts can reach the server, and its user has the password that everybody knows';

/**
 * Sees to it that the operator's user is there and has the password that was given.
 *
 * @returns the password that was made up for a new user; undefined when none was.
 * @throws PipelineError CONFIG_INVALID when other hosts could log in with a password nobody chose: there is
 * no user yet and none for the first, or it is the one of the examples.
 */
export async function ensureFirstUser(users: Users, first: FirstUser, log: Log): Promise<string | undefined> {
  const { username, email, password, isReachable } = first;
  const user = users.byName(username);
  if (user === undefined) {
    if (password === undefined && users.count > 0) return undefined;
    if (password === undefined && isReachable)
      throw new PipelineError('CONFIG_INVALID', { problems: [NEEDED] });
    const given = password ?? randomBytes(PASSWORD_BYTES).toString('base64url');
    users.add({ username, email, password: await hashPassword(given) });
    log('info', `made the user ${username}`);
    return password === undefined ? given : undefined;
  }
  if (password === undefined) {
    if (isReachable && (await verifyPassword(KNOWN_PASSWORD, user.password)))
      throw new PipelineError('CONFIG_INVALID', { problems: [TOO_KNOWN] });
  } else if (!(await verifyPassword(password, user.password))) {
    users.setPassword(user, await hashPassword(password));
    log('info', `the user ${username} has a new password`);
  }
  return undefined;
}
