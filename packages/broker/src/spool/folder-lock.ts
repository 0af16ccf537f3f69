import { readFileSync, readlinkSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PipelineError } from '@antinex/runtime';

const FILE_NAME = 'lock';
const TOUCH_MS = 2000;
/** A lock whose holder cannot be looked up is stale when nobody touched it for so long. */
const SILENCE_MS = 3 * TOUCH_MS;
const LOOK_MS = 250;

/** Who holds a lock. Process ids are used again, and mean something within one pid namespace only. */
interface Holder {
  readonly pid: number;
  /** Ticks from boot to the start of the process; empty where /proc does not tell. */
  readonly started: string;
  readonly namespace: string;
}

/**
 * Keeps other agents out of a folder. A lock left behind by a process that is gone does not count:
 * where the pid can be looked up that is seen at once, else (another container) after 6 s without a
 * sign of life.
 */
export class FolderLock {
  readonly #path: string;
  readonly #content: string;
  readonly #touching: NodeJS.Timeout;

  private constructor(path: string, content: string) {
    this.#path = path;
    this.#content = content;
    this.#touching = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => {});
    }, TOUCH_MS).unref();
  }

  /** @throws PipelineError SPOOL_IN_USE when somebody alive holds it; errors of the file system. */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, FILE_NAME);
    for (;;) {
      const content = await create(path);
      if (content !== undefined) return new FolderLock(path, content);
      const found = await readIfThere(path);
      if (found === undefined) continue;
      if (await isHeld(path, found)) {
        throw new PipelineError('SPOOL_IN_USE', { folder, pid: parseHolder(found)?.pid });
      }
      await removeStale(path, found);
    }
  }

  /** False when somebody took us for dead: in another container, while we stood still for long. */
  async isHeld(): Promise<boolean> {
    return (await readIfThere(this.#path)) === this.#content;
  }

  async release(): Promise<void> {
    clearInterval(this.#touching);
    const found = await readIfThere(this.#path);
    if (found === this.#content) await rm(this.#path, { force: true });
  }
}

/** Answers what it wrote; undefined when the file is there already. */
async function create(path: string): Promise<string | undefined> {
  const content = JSON.stringify(holderOf(process.pid));
  try {
    await writeFile(path, content, { flag: 'wx' });
    return content;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return undefined;
    // Emptying the spool is what makes room, so an empty lock must do.
    if (isCode(error, 'ENOSPC') && (await readIfThere(path)) === '') return '';
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return unlessGone(() => readFile(path, 'utf8'));
}

async function isHeld(path: string, content: string): Promise<boolean> {
  const holder = parseHolder(content);
  if (holder?.namespace !== namespace()) return isTouched(path);
  return isAlive(holder.pid) && startOf(holder.pid) === holder.started;
}

/** Watches the lock for a while: whoever holds it touches it. Clocks are not compared. */
async function isTouched(path: string): Promise<boolean> {
  const first = await unlessGone(() => stat(path));
  for (let waitedMs = 0; waitedMs < SILENCE_MS; waitedMs += LOOK_MS) {
    await delay(LOOK_MS);
    const now = await unlessGone(() => stat(path));
    if (now === undefined || now.ino !== first?.ino) return false;
    if (now.mtimeMs !== first.mtimeMs) return true;
  }
  return false;
}

/** Of two processes that find the same stale lock, only one gets past here with the lock gone. */
async function removeStale(path: string, content: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  await unlessGone(() => rename(path, aside));
  const moved = await readIfThere(aside);
  // The other one was faster, and this is its lock.
  if (moved !== undefined && moved !== content) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function parseHolder(content: string): Holder | undefined {
  try {
    const { pid, started, namespace } = JSON.parse(content);
    const isHolder =
      Number.isInteger(pid) && pid > 0 && typeof started === 'string' && typeof namespace === 'string';
    return isHolder ? { pid, started, namespace } : undefined;
  } catch {
    return undefined;
  }
}

function holderOf(pid: number): Holder {
  return { pid, started: startOf(pid), namespace: namespace() };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); empty for a zombie. Field 2 may hold blanks and parentheses. */
function startOf(pid: number): string {
  const status = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const [state, ...fields] = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? '' : (fields[18] ?? '');
}

function namespace(): string {
  return orEmpty(() => readlinkSync('/proc/self/ns/pid'));
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

async function unlessGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
