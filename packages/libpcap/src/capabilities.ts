import { readdirSync, readFileSync } from 'node:fs';
import { loadBinding } from './binding.ts';
import { LibpcapError, orLibpcapError } from './errors.ts';

/** Sets of capabilities that any thread of the process has, as in /proc/PID/status. */
export interface ProcessCapabilities {
  readonly permitted: bigint;
  readonly effective: bigint;
  readonly inheritable: bigint;
  readonly ambient: bigint;
  /** Only limits what a program started later could gain, and noNewPrivileges forbids that anyway. */
  readonly bounding: bigint;
  /** Whether all threads have it. */
  readonly noNewPrivileges: boolean;
  readonly threads: number;
}

const TASKS = '/proc/self/task';
const GIVE_UP_AFTER_MS = 2000;
const ROUND_MS = 200;

/**
 * Drops all capabilities of all threads of the process, those of Node's own among them, and forbids to
 * gain new ones by starting programs (no_new_privs). Linux keeps all of this per thread; threads that
 * start later get it from the one that starts them. Captures that are open go on. The user stays who it
 * is: root without capabilities still owns root's files.
 *
 * Returns what /proc says is left. Takes a few milliseconds, during which signals interrupt the threads.
 *
 * @throws LibpcapError CAPABILITIES_LEFT when a thread still has some after two seconds, NOT_BUILT
 */
export function clearCapabilities(): ProcessCapabilities {
  const { clearCapabilities } = loadBinding();
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    orLibpcapError(
      () => undefined,
      () => clearCapabilities(ROUND_MS),
    );
    const left = readCapabilities();
    if (isCleared(left)) return left;
    // A thread that was being started may have been missed.
    if (Date.now() > deadline) throw notCleared(left);
  }
}

/** What the threads of this process are capable of. */
export function readCapabilities(): ProcessCapabilities {
  const all = { permitted: 0n, effective: 0n, inheritable: 0n, ambient: 0n, bounding: 0n };
  let noNewPrivileges = true;
  let threads = 0;
  for (const status of statusOfThreads()) {
    const field = (name: string) => {
      const value = new RegExp(`^${name}:\\s*(\\w+)$`, 'm').exec(status)?.[1];
      if (value === undefined) throw new LibpcapError('CAPABILITIES_LEFT', `${TASKS} does not tell ${name}`);
      return value;
    };
    all.permitted |= BigInt(`0x${field('CapPrm')}`);
    all.effective |= BigInt(`0x${field('CapEff')}`);
    all.inheritable |= BigInt(`0x${field('CapInh')}`);
    all.ambient |= BigInt(`0x${field('CapAmb')}`);
    all.bounding |= BigInt(`0x${field('CapBnd')}`);
    noNewPrivileges &&= field('NoNewPrivs') === '1';
    threads++;
  }
  return { ...all, noNewPrivileges, threads };
}

function statusOfThreads(): string[] {
  return readdirSync(TASKS).flatMap((thread) => {
    try {
      return readFileSync(`${TASKS}/${thread}/status`, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // It has ended since.
      if (code === 'ENOENT' || code === 'ESRCH') return [];
      throw error;
    }
  });
}

function isCleared({ permitted, effective, inheritable, ambient, noNewPrivileges }: ProcessCapabilities) {
  return (permitted | effective | inheritable | ambient) === 0n && noNewPrivileges;
}

function notCleared({ permitted, effective, inheritable, ambient, noNewPrivileges }: ProcessCapabilities) {
  const sets = `permitted ${hex(permitted)}, effective ${hex(effective)}, inheritable ${hex(inheritable)}`;
  const rest = `ambient ${hex(ambient)}, no_new_privs ${noNewPrivileges}`;
  return new LibpcapError('CAPABILITIES_LEFT', `threads still have capabilities: ${sets}, ${rest}`);
}

const hex = (set: bigint) => `0x${set.toString(16)}`;
