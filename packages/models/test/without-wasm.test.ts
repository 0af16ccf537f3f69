import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const BUILT = new URL('../dist/index.js', import.meta.url);
const isBuilt = existsSync(BUILT);

/** Trains a little and prints a digest of the weights. */
const PROGRAM = `
  import { createHash } from 'node:crypto';
  const { describeNetwork, RandomState, trainNetwork } = await import(process.argv[1]);
  const random = new RandomState(1);
  const table = (columns) => ({
    values: Float32Array.from({ length: 50 * columns }, () => random.double()), rows: 50, columns,
  });
  const { network } = await trainNetwork(describeNetwork(undefined, 5), { inputs: table(5), targets: table(1) }, {
    loss: 'mse', epochs: 3, batchSize: 8, seed: 1,
  });
  const hash = createHash('sha256');
  for (const { weights, bias } of network.weights()) hash.update(weights).update(bias);
  console.log(typeof WebAssembly, hash.digest('hex'));`;

async function run(...flags: string[]): Promise<string[]> {
  const args = [...flags, '--input-type=module', '-e', PROGRAM, BUILT.href];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim().split(' ');
}

it.skipIf(!isBuilt)(
  `weights are the same without WebAssembly${isBuilt ? '' : ' (needs npm run build)'}`,
  async () => {
    const [[kind, digest], [without, same]] = await Promise.all([run(), run('--jitless')]);
    expect([kind, without]).toEqual(['object', 'undefined']);
    expect(same).toBe(digest);
  },
);
