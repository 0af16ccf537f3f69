import { type Account, findAccount } from './accounts.ts';
import { PipelineError } from './errors.ts';
import { rightsOfThreads, type ThreadRights } from './thread-rights.ts';

export interface DropOptions {
  /** Name or uid of the user to become; only root can choose. */
  readonly user?: string | undefined;
  /**
   * Takes all capabilities from all threads of this process. Node has no such call, a native addon may;
   * without it a process that is not root keeps the capabilities it was given.
   */
  readonly clearCapabilities?: (() => void) | undefined;
}

/** Who the process is now, and what it still may do; said at the start of a program. */
export interface DroppedPrivileges {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** Why this user: who was asked for, who called sudo, nobody for want of these; or it was never root. */
  readonly from: 'option' | 'sudo' | 'nobody' | 'unchanged';
  /** `none`: there were none to begin with. `kept`: there is no way to clear them here. */
  readonly capabilities: 'none' | 'cleared' | 'kept';
}

/** The user to become, and why. */
export interface UserChoice extends Account {
  readonly from: 'option' | 'sudo' | 'nobody';
}

const ROOT = 0;
/** What the kernel calls users it has no number for: nobody, on all common systems. */
const OVERFLOW_ID = 65534;

/**
 * Gives up root, for good, in all threads: becomes the chosen user with its primary group and no other,
 * and looks in /proc whether that is so. A process that is not root only loses its capabilities, if it
 * has any and `clearCapabilities` is there. Everything that needs root must be open before.
 *
 * Environment variables, HOME among them, stay as they are. Linux only, on the main thread only.
 *
 * @throws PipelineError CONFIG_INVALID for a user that cannot be had, PRIVILEGES_NOT_DROPPED when
 * something of root is left: the process should end then.
 */
export function dropPrivileges({ user, clearCapabilities }: DropOptions = {}): DroppedPrivileges {
  const before = threads();
  const wasRoot = before.some(isRoot);
  const became = wasRoot ? chooseUser(user, process.env) : sameUser(user, before[0]);
  if (wasRoot) orNotDropped(`cannot become the user ${became.name}`, () => become(became));
  const wasCapable = before.some(({ capable }) => capable);
  const clear = isCapable() ? clearCapabilities : undefined;
  if (clear) orNotDropped('cannot clear the capabilities', clear);
  if (wasRoot) verifyNoWayBack(became);
  const capable = isCapable();
  if (capable && (wasRoot || clear)) throw notDropped('some capabilities are left');
  return {
    user: became.name,
    uid: became.uid,
    gid: became.gid,
    from: became.from,
    capabilities: capable ? 'kept' : wasCapable ? 'cleared' : 'none',
  };
}

/**
 * Whom root becomes: `user` if given, else the user who called sudo, else nobody.
 *
 * @throws PipelineError CONFIG_INVALID when `user` does not exist or is root, or its group is.
 */
export function chooseUser(
  user: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  find: (nameOrUid: string) => Account | undefined = findAccount,
): UserChoice {
  if (user !== undefined) return { ...named(user, find), from: 'option' };
  const [uid, gid] = [idOf(env.SUDO_UID), idOf(env.SUDO_GID)];
  if (uid !== undefined && gid !== undefined) {
    return { name: env.SUDO_USER ?? String(uid), uid, gid, from: 'sudo' };
  }
  const nobody = find('nobody') ?? { name: 'nobody', uid: OVERFLOW_ID, gid: OVERFLOW_ID };
  return { ...nobody, from: 'nobody' };
}

function named(user: string, find: (nameOrUid: string) => Account | undefined): Account {
  const account = find(user);
  if (account === undefined) throw invalid(`--user ${user}: there is no such user`);
  if (account.uid === ROOT) throw invalid(`--user ${user}: that is root; name an ordinary user`);
  if (account.gid === ROOT) throw invalid(`--user ${user}: its group is root's; name another user`);
  return account;
}

/** A number sudo left in the environment; root's own does not count. */
function idOf(text: string | undefined): number | undefined {
  const id = /^\d+$/.test(text ?? '') ? Number(text) : ROOT;
  return id > ROOT && id < 2 ** 32 - 1 ? id : undefined;
}

/** Who a process is that is not root. It cannot become another. */
function sameUser(user: string | undefined, rights: ThreadRights) {
  const [[, uid], [, gid]] = [rights.uids, rights.gids];
  const account = findAccount(String(uid));
  if (user !== undefined && findAccount(user)?.uid !== uid) {
    throw invalid(`--user ${user}: only root can become another user`);
  }
  return { name: account?.name ?? String(uid), uid, gid, from: 'unchanged' } as const;
}

/** Groups first: without root they can no longer be changed. Each call sets all threads. */
function become({ uid, gid }: Account): void {
  // With root as its real or saved uid only, the process first has to make use of that.
  if (process.geteuid!() !== ROOT) process.seteuid!(ROOT);
  process.setgroups!([gid]);
  process.setgid!(gid);
  process.setuid!(uid);
}

function verifyNoWayBack({ uid, gid }: Account): void {
  for (const { uids, gids, groups } of threads()) {
    if (uids.some((id) => id !== uid)) throw notDropped(`a thread has the uids ${uids}, not ${uid}`);
    const groupIds = [...gids, ...groups];
    if (groupIds.some((id) => id !== gid))
      throw notDropped(`a thread has the groups ${groupIds}, not ${gid}`);
  }
  try {
    process.setuid!(ROOT);
  } catch {
    return;
  }
  throw notDropped('the process can become root again');
}

const isRoot = ({ uids }: ThreadRights) => uids.includes(ROOT);

const isCapable = () => threads().some(({ capable }) => capable);

const threads = () => orNotDropped('cannot read /proc/self/task', rightsOfThreads);

function orNotDropped<T>(action: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw notDropped(`${action}: ${(error as Error).message}`, error);
  }
}

const invalid = (problem: string) => new PipelineError('CONFIG_INVALID', { problems: [problem] });

const notDropped = (reason: string, cause?: unknown) =>
  new PipelineError('PRIVILEGES_NOT_DROPPED', { reason }, { cause });
