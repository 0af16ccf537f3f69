import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel lets a thread do. */
export interface ThreadRights {
  /** Real, effective, saved and filesystem uid. */
  readonly uids: readonly number[];
  /** The same four of the group. */
  readonly gids: readonly number[];
  /** Supplementary groups. */
  readonly groups: readonly number[];
  /** Whether it has a capability, or may take one: its effective and permitted sets. */
  readonly capable: boolean;
}

const TASKS = '/proc/self/task';

/** The rights of each thread of this process, as Linux tells them (proc_pid_status(5)): each has its own. */
export function rightsOfThreads(): ThreadRights[] {
  return readdirSync(TASKS).flatMap((task) => {
    try {
      return parseStatus(readFileSync(`${TASKS}/${task}/status`, 'utf8'));
    } catch (error) {
      // The thread has ended since.
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
      throw error;
    }
  });
}

/** Reads the text of a status file. Throws when a line is missing: what is not known must not count as none. */
export function parseStatus(status: string): ThreadRights {
  const fields = (name: string): string[] => {
    const line = status.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
    if (line === undefined) throw new Error(`/proc/self/status has no line ${name}`);
    return line.slice(name.length + 1).match(/\S+/g) ?? [];
  };
  return {
    uids: fields('Uid').map(Number),
    gids: fields('Gid').map(Number),
    groups: fields('Groups').map(Number),
    capable: [...fields('CapPrm'), ...fields('CapEff')].some((set) => /[^0]/.test(set)),
  };
}
