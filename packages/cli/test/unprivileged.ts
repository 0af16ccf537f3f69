import { spawnSync } from 'node:child_process';
import { NETPIPE } from './netpipe.ts';

const NOBODY = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--bounding-set=-all',
  '--inh-caps=-all',
];

const isRoot = process.getuid?.() === 0;

/** What stands before a command so that it runs without any privilege; null where that cannot be had. */
export const unprivileged: readonly string[] | null = !isRoot ? [] : canRun(NOBODY) ? NOBODY : null;

/** The repository may lie where nobody else may read. */
function canRun([program, ...flags]: readonly string[]): boolean {
  return spawnSync(program, [...flags, process.execPath, NETPIPE, '--version']).status === 0;
}
