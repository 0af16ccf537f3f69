import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './datasets.ts';

const mount = (folder: string, size: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0;

/** Why there can be no small disk here; undefined where there can. */
export function whyNoSmallDisk(): string | undefined {
  const folder = newFolder();
  if (!mount(folder, '1m')) return 'a small file system cannot be mounted: that needs root';
  execFileSync('umount', [folder]);
  return undefined;
}

/** A file system of its own. It has to be unmounted after the test. */
export class SmallDisk {
  readonly path = join(newFolder(), 'disk');

  constructor(size: string) {
    mkdirSync(this.path);
    mount(this.path, size);
  }

  resize(size: string): void {
    execFileSync('mount', ['-o', `remount,size=${size}`, this.path]);
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.path]);
  }
}
