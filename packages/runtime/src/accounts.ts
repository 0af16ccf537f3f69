import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A user of this machine. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The account of a name or of a uid in digits: from /etc/passwd, else whatever getent knows (LDAP, SSSD). */
export function findAccount(nameOrUid: string): Account | undefined {
  return findInPasswd(localPasswd(), nameOrUid) ?? findInPasswd(getent(nameOrUid), nameOrUid);
}

/** Looks for a name, then for a uid, in lines as passwd(5) describes them. */
export function findInPasswd(passwd: string, nameOrUid: string): Account | undefined {
  const accounts = passwd.split('\n').flatMap((line) => accountOf(line) ?? []);
  const uid = /^\d+$/.test(nameOrUid) ? Number(nameOrUid) : undefined;
  return accounts.find(({ name }) => name === nameOrUid) ?? accounts.find((account) => account.uid === uid);
}

function accountOf(line: string): Account | undefined {
  const [name, , uid, gid] = line.split(':');
  return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? { name, uid: Number(uid), gid: Number(gid) } : undefined;
}

function localPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

function getent(key: string): string {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('getent', ['passwd', '--', key], { encoding: 'utf8', stdio, timeout: 5000 });
  } catch {
    return '';
  }
}
