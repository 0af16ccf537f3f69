import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for the tests of one file, in which everybody may write; it goes with them: `scratch('x.pcap')`. */
export function useScratch(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  // Agents that were started as root write as nobody.
  chmodSync(folder, 0o1777);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name = '') => join(folder, name);
}
