// Opens and closes cap sources, good and bad ones, while the garbage collector runs.
// usage: node --expose-gc reopen-child.mjs ROUNDS
import { createServer } from 'node:net';
import { openCapSource } from '@antinex/capture';

const rounds = Number(process.argv[2]);
let refused = 0;
for (let round = 0; round < rounds; round++) {
  const source = await openCapSource({ device: 'lo', bufferMb: 1 });
  await source.close();
  await openCapSource({ device: 'lo', bufferMb: 1, filter: 'no filter' }).catch(() => refused++);
  globalThis.gc();
  // New handles go into the list that a freed one would have left a hole in.
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await new Promise((resolve) => server.close(resolve));
}
console.log(JSON.stringify({ rounds, refused }));
