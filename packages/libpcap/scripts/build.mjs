// Builds the addon. That it cannot be built is said, but is no reason for an installation to fail: what
// does not capture live works without it.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ADDON = new URL('../build/Release/addon.node', import.meta.url);
const LOG = new URL('../build.log', import.meta.url);

// The package managers have node-gyp in the PATH of an install script.
const { status, stdout, stderr, error } = spawnSync('node-gyp', ['configure', 'build', '--jobs=max'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  encoding: 'utf8',
});
if (status !== 0) {
  // An older one would not fit.
  rmSync(ADDON, { force: true });
  writeFileSync(LOG, `${stdout ?? ''}${stderr ?? ''}${error ?? ''}\n`);
  console.error(
    `@antinex/libpcap: the native addon is not built; it needs libpcap-dev, g++, make and python3 (see ${fileURLToPath(LOG)})`,
  );
}
