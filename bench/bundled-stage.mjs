// Stages are measured as programs run: from a bundle.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledCode } from '../scripts/bundled-code.mjs';

const BENCH = fileURLToPath(new URL('.', import.meta.url));

/** Bundles the stage of a name beside its workspace's other output; answers the path of its program. */
export async function bundledStage(name) {
  const folder = join(BENCH, 'dist/bundle', name);
  const { chunks } = await bundledCode(folder, [join(BENCH, `${name}.mjs`)]);
  mkdirSync(folder, { recursive: true });
  for (const { fileName, code } of chunks) writeFileSync(join(folder, fileName), code);
  return join(folder, `${name}.js`);
}
