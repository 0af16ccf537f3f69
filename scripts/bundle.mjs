/**
 * Makes programs start faster: each loads a few files in place of the hundreds of small modules that
 * `tsc -b` wrote. What imports or starts `bundle/main.js` gets the `main.js` of the folder around, together
 * with what that imports of this workspace. npm packages are loaded from where they are, so a bundle fits
 * only the tree that it was made in.
 *
 * Bundles that are newer than all that went into them are left alone. They may be made at any time: by two
 * processes at once, and while programs run on former ones.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { argv, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundledCode } from './bundled-code.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = join(ROOT, 'packages');
const MANIFESTS = readdirSync(PACKAGES)
  .map((name) => join(PACKAGES, name, 'package.json'))
  .filter(existsSync);

/** Beside the modules themselves: what makes bundles, and what says which modules are meant. */
const INPUTS_OF_ALL = [
  join(ROOT, 'scripts/bundle.mjs'),
  join(ROOT, 'scripts/bundled-code.mjs'),
  join(ROOT, 'node_modules/.pnpm/lock.yaml'),
  ...MANIFESTS,
];
const RECORD = 'bundle.json';
const HOUR_MS = 3_600_000;

/** Makes the bundles of all programs that have none, or an older one. */
export default async function bundlePrograms() {
  const lastChange = rememberChanges();
  for (const [folder, entries] of programsByFolder()) {
    const former = readRecord(folder);
    const isFresh =
      entries.every((path) => former?.inputs.includes(path)) &&
      former.inputs.every((path) => lastChange(path) < former.made);
    if (!isFresh) await bundle(folder, entries, former);
  }
}

/** Folders of bundles, and of each the modules that its programs begin with. */
function programsByFolder() {
  const folders = new Map();
  for (const path of MANIFESTS.flatMap(programsOf)) {
    const folder = dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), resolve(folder, '..', basename(path))]);
  }
  return folders;
}

/** What people start has a stub in bin/; `bundles` names the threads and children that programs start. */
function programsOf(manifest) {
  const { bin = {}, bundles = [] } = JSON.parse(readFileSync(manifest, 'utf8'));
  const stubs = Object.values(bin).map((path) => resolve(manifest, '..', path));
  return [...bundles.map((path) => resolve(manifest, '..', path)), ...stubs.map(importedBy)];
}

function importedBy(stub) {
  const program = /^import '(.+\/bundle\/.+)';$/m.exec(readFileSync(stub, 'utf8'));
  if (program === null) throw new Error(`${stub} does not import a bundle`);
  return resolve(stub, '..', program[1]);
}

/** A function that says when a file was changed; if it is gone, that counts as a change to come. */
function rememberChanges() {
  const changes = new Map();
  return (path) => {
    if (!changes.has(path)) {
      changes.set(path, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY);
    }
    return changes.get(path);
  };
}

function readRecord(folder) {
  try {
    const { inputs, ...others } = JSON.parse(readFileSync(join(folder, RECORD), 'utf8'));
    return { inputs: inputs.map((path) => join(ROOT, path)), ...others };
  } catch {
    return undefined;
  }
}

/**
 * Chunks are named after what they hold and come before the programs that import them; the record is last.
 * So a program that is there finds all of its parts, and only a bundle that is complete looks fresh.
 */
async function bundle(folder, entries, former) {
  if (!entries.every(existsSync)) throw new Error(`${folder}: there is nothing to bundle yet: npm run build`);
  const made = Date.now();
  const { chunks, modules } = await bundledCode(folder, entries);
  mkdirSync(folder, { recursive: true });
  for (const { fileName, code } of chunks.toSorted((a, b) => a.isEntry - b.isEntry)) {
    replace(join(folder, fileName), code);
  }
  const files = chunks.map(({ fileName }) => fileName);
  const inputs = [...INPUTS_OF_ALL, ...modules].map((path) => relative(ROOT, path));
  replace(join(folder, RECORD), JSON.stringify({ made, files, inputs }));
  removeOthers(folder, new Set([RECORD, ...files, ...(former?.files ?? [])]));
}

function replace(path, text) {
  const unfinished = `${path}.${pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, path);
}

/** Programs that run may still load chunks of the former bundle, and another process may be writing. */
function removeOthers(folder, wanted) {
  for (const name of readdirSync(folder).filter((name) => !wanted.has(name))) {
    const path = join(folder, name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changed < Date.now() - HOUR_MS) rmSync(path, { force: true });
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) await bundlePrograms();
