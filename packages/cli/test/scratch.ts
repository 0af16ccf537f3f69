import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for the tests of one file; it goes with them. Paths in it: `scratch('out.csv')`. */
export function useScratch(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'netpipe-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name = '') => join(folder, name);
}
