// Small servers for the agents to watch: HTTP on 80 and 8010, DNS on 53/udp, SSH's banner on 22, a login on 23.
// Says `listening` once, then `open N` for each connection and `done N` when it is gone on this side.
import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

let connections = 0;
const watched = (server) =>
  server.on('connection', (socket) => {
    const number = ++connections;
    console.log(`open ${number}`);
    socket.on('error', () => {});
    socket.on('close', () => console.log(`done ${number}`));
  });

const page = (request, response) => {
  response.setHeader('connection', 'close');
  response.end(`<html>${request.url} ${'x'.repeat(4000)}</html>\n`);
};
const banner = (socket) => {
  socket.write('SSH-2.0-OpenSSH_9.2p1 test\r\n');
  socket.once('data', () => socket.end());
};
const login = (socket) => {
  // IAC DO TERMINAL-TYPE, IAC WILL ECHO
  socket.write(Buffer.from([255, 253, 24, 255, 251, 1]));
  socket.write('login: ');
  // What comes first is the client's answer to the options, not yet a name.
  let typed = '';
  socket.on('data', (bytes) => {
    typed += bytes.toString('latin1');
    if (typed.includes('root\r')) socket.end('Login incorrect\r\n');
  });
};
const answer = (query) => {
  const name = query.subarray(12, query.indexOf(0, 12) + 5);
  const header = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 55]);
  return Buffer.concat([header, name, address]);
};

const listen = (server, port) => new Promise((resolve) => server.listen(port, resolve));
await Promise.all([
  listen(watched(createHttpServer(page)), 80),
  listen(watched(createHttpServer(page)), 8010),
  listen(watched(createServer(banner)), 22),
  listen(watched(createServer(login)), 23),
  new Promise((resolve) => {
    const dns = createSocket('udp4');
    dns.on('message', (query, from) => dns.send(answer(query), from.port, from.address));
    dns.bind(53, resolve);
  }),
]);
console.log('listening');
