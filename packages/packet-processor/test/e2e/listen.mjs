// Listens at an address of the network namespace it runs in, gives the socket to its parent, and ends.
// usage: node listen.mjs ADDRESS PORT
import { createServer } from 'node:net';

const [address, port] = process.argv.slice(2);
const server = createServer().listen(Number(port), address, () => {
  process.send('listening', server, () => process.exit());
});
