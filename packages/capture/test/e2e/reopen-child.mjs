// Opens and closes cap again and again, with good and bad filters; reports what is left behind.
// usage: node --expose-gc reopen-child.mjs ROUNDS
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { openCap } from '../../dist/cap-handle.js';
import { openCapSource } from '../../dist/cap-source.js';

const rounds = Number(process.argv[2]);
const BAD_FILTER = 'no filter';
const ring = { device: 'lo', filter: '', ringBytes: 1024 * 1024 };

const count = (list) => list.length;
const descriptors = () => count(readdirSync('/proc/self/fd'));
const children = () => {
  const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return count(pids.match(/\d+/g) ?? []);
};

let refused = 0;
for (let round = 0; round < rounds; round++) {
  openCap(ring, () => {}).close();
  try {
    openCap({ ...ring, filter: BAD_FILTER }, () => {});
  } catch {
    refused++;
  }
  globalThis.gc();
  // New handles go into the list that a freed one would have left a hole in.
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await new Promise((resolve) => server.close(resolve));
}

const descriptorsBefore = descriptors();
for (let round = 0; round < rounds / 4; round++) {
  const source = await openCapSource({ device: 'lo', bufferMb: 1 });
  await source.close();
  for await (const _batch of source);
  await openCapSource({ device: 'lo', bufferMb: 1, filter: BAD_FILTER }).catch(() => {});
}
const deadline = Date.now() + 5000;
while (children() > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
console.log(
  JSON.stringify({ rounds, refused, children: children(), descriptors: descriptors() - descriptorsBefore }),
);
