import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs one to its end, with nothing on standard input. */
function node(program: string): Promise<string> {
  const running = promisify(execFile)(process.execPath, [program]);
  running.child.stdin!.end();
  return running.then(({ stdout }) => stdout);
}

describe('a program', () => {
  it.each([
    ['cli/bin/netpipe.js', 'fields'],
    ['netml/bin/netml.js', 'flows', '--help'],
    ['antinex-client/bin/ai-get-job.js', '--help'],
    ['packet-processor/bin/packet-processor.js', '--help'],
  ])('loads nothing of ours but its bundle: %s', async (program, ...args) => {
    const child = spawn(process.execPath, [`${root}packages/${program}`, ...args], {
      env: { PATH: process.env.PATH, NODE_DEBUG: 'esm' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const loaded = (await text(child.stderr)).matchAll(/Storing file:\S+\/packages\/(\S+)/g);
    const built = [...loaded].map(([, path]) => path).filter((path) => path.includes('/dist/'));
    expect(built.length).toBeGreaterThan(1);
    expect(built.filter((path) => !path.includes('/bundle/'))).toEqual([]);
  });
});

describe('bundle.mjs', () => {
  it('keeps what modules know of themselves, and where packages are', async () => {
    const tree = makeTree();
    await tree.bundle();
    expect(await tree.run()).toEqual({
      address: `file://${tree.root}/packages/part/dist/index.js`,
      csv: 'a;b',
      late: 1,
    });
  });

  it('leaves alone what is fresh, and makes the rest again, also twice at once', async () => {
    const tree = makeTree();
    await tree.bundle();
    const first = tree.record();
    await tree.bundle();
    expect(tree.record()).toBe(first);
    tree.write('packages/part/dist/late.js', late(2));
    await Promise.all([tree.bundle(), tree.bundle()]);
    expect(await tree.run()).toMatchObject({ late: 2 });
    tree.write('packages/part/package.json', '{"exports":"./dist/late.js"}');
    await expect(tree.bundle()).rejects.toThrow('MISSING_EXPORT');
    expect(await tree.run()).toMatchObject({ late: 2 });
  });

  it('takes nothing from a program that runs', async () => {
    const tree = makeTree();
    await tree.bundle();
    const running = spawn(process.execPath, [tree.program]);
    await once(running.stderr, 'data');
    tree.write('packages/part/dist/late.js', late(2));
    await tree.bundle();
    running.stdin.end();
    expect(JSON.parse(await text(running.stdout))).toMatchObject({ late: 1 });
  });

  it('says what it cannot bundle', async () => {
    const tree = makeTree();
    tree.write('packages/part/dist/index.js', 'export const part = import.meta.dirname;');
    await expect(tree.bundle()).rejects.toThrow('only url can be bundled');
    tree.write('packages/part/dist/index.js', "export { part } from 'nowhere';");
    await expect(tree.bundle()).rejects.toThrow('cannot find nowhere');
  });
});

/** A module that is loaded late, and needs one that its program has loaded. */
const late = (result: number) => `import { csv } from './index.js'; export const late = csv && ${result};`;

let trees = 0;

/** A workspace of a program and a part, which has an npm package that the program has not. */
function makeTree() {
  const folder = scratch(`tree-${++trees}`);
  const write = (path: string, content: string) => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const link = (path: string, target: string) => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  };
  cpSync(`${root}scripts`, join(folder, 'scripts'), { recursive: true });
  link('node_modules', `${root}node_modules`);
  link('packages/part/node_modules/papaparse', `${root}node_modules/papaparse`);
  link('packages/program/node_modules/part', join(folder, 'packages/part'));
  write('packages/part/package.json', '{"type":"module","exports":"./dist/index.js"}');
  write('packages/part/dist/late.js', late(1));
  write(
    'packages/part/dist/index.js',
    `import papaparse from 'papaparse';
    export const csv = papaparse.unparse([['a', 'b']], { delimiter: ';' });
    export const address = import.meta.url; // not 'import.meta.url'
    export const load = () => import('./late.js');`,
  );
  write('packages/program/package.json', '{"type":"module","bin":{"program":"bin/program.js"}}');
  write('packages/program/bin/program.js', "import '../dist/bundle/main.js';\n");
  write(
    'packages/program/dist/main.js',
    `import { address, csv, load } from 'part';
    process.stderr.write('started');
    for await (const _ of process.stdin);
    const { late } = await load();
    console.log(JSON.stringify({ address, csv, late }));`,
  );
  const program = join(folder, 'packages/program/bin/program.js');
  return {
    root: folder,
    program,
    write,
    bundle: () => node(join(folder, 'scripts/bundle.mjs')),
    run: async () => JSON.parse(await node(program)),
    record: () => readFileSync(join(folder, 'packages/program/dist/bundle/bundle.json'), 'utf8'),
  };
}
