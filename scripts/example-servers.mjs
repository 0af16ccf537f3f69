// Small real servers for the demo and for recording examples/captures, on IPv4 and IPv6.
// usage: node example-servers.mjs [address=::] http=80 https=443 cert=FILE key=FILE telnet=23 echo=7 dns=53
// Prints "ready" when all listen; ends at SIGTERM.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, isIPv6 } from 'node:net';

const asked = new Map(process.argv.slice(2).map((argument) => argument.split('=', 2)));
const address = asked.get('address') ?? '::';

const PAGE = '<!doctype html><title>Example</title><p>A page from the example server.</p>\n';
const LOREM = 'The quick brown fox jumps over the lazy dog. ';

function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://server.example.test');
  const size = /^\/bytes\/(\d{1,6})$/.exec(pathname)?.[1];
  if (request.method === 'POST') return echoBody(request, response);
  if (pathname === '/') return send(response, 200, 'text/html; charset=utf-8', PAGE);
  if (size) return send(response, 200, 'text/plain', LOREM.repeat(size / LOREM.length + 1).slice(0, size));
  if (pathname === '/stream') return stream(response);
  if (pathname === '/moved') return response.writeHead(302, { location: '/' }).end();
  return send(response, 404, 'text/plain', 'not found\n');
}

const send = (response, status, type, body) =>
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body);

async function echoBody(request, response) {
  let length = 0;
  for await (const chunk of request) length += chunk.length;
  send(response, 201, 'application/json', `{"received": ${length}}\n`);
}

async function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let i = 1; i <= 3; i++) {
    response.write(`data: ${i}\n\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  response.end();
}

/** A login that asks for a name and then repeats what is typed, as telnet sees it. */
function telnetSession(socket) {
  const IAC = 255;
  const [WILL, DO, ECHO, SUPPRESS_GO_AHEAD, TERMINAL_TYPE] = [251, 253, 1, 3, 24];
  let lines = 0;
  socket.on('error', () => {});
  socket.write(Buffer.from([IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, TERMINAL_TYPE]));
  socket.write('Example server\r\nlogin: ');
  socket.on('data', (data) => {
    const typed = data.filter((byte) => byte < 128).toString('latin1');
    const line = typed.trim();
    if (!/[\r\n]/.test(typed)) return socket.write(typed);
    lines++;
    if (line === 'exit') return socket.end('bye\r\n');
    socket.write(lines === 1 ? `Welcome ${line}\r\n$ ` : `${line}\r\nyou typed: ${line}\r\n$ `);
  });
}

const DNS_HEADER = 12;
const TYPE_A = 1;
const TYPE_AAAA = 28;
const ADDRESSES = new Map([
  [TYPE_A, Buffer.from([192, 0, 2, 80])],
  [TYPE_AAAA, Buffer.from('20010db8000000000000000000000080', 'hex')],
]);

/** Answers A and AAAA of any name under `test`, NXDOMAIN otherwise (RFC 1035). */
function dnsReply(query) {
  let end = DNS_HEADER;
  const labels = [];
  while (end < query.length && query[end] > 0 && query[end] < 64) {
    labels.push(query.toString('latin1', end + 1, end + 1 + query[end]));
    end += 1 + query[end];
  }
  if (end + 5 > query.length) return undefined;
  const question = query.subarray(DNS_HEADER, end + 5);
  const address = ADDRESSES.get(question.readUInt16BE(question.length - 4));
  const known = labels.at(-1) === 'test';
  const header = Buffer.alloc(DNS_HEADER);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
  header.writeUInt16BE(1, 4);
  if (!known || !address) return Buffer.concat([header, question]);
  header.writeUInt16BE(1, 6);
  const record = Buffer.from('c00c0000000100000e100000', 'hex');
  question.copy(record, 2, question.length - 4, question.length - 2);
  record.writeUInt16BE(address.length, 10);
  return Buffer.concat([header, question, record, address]);
}

function udpServer(replyTo) {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('message', (data, sender) => {
    const reply = replyTo(data);
    if (reply) socket.send(reply, sender.port, sender.address);
  });
  return socket;
}

const SERVERS = {
  http: () => createHttpServer(answer),
  https: () =>
    createHttpsServer({ cert: readFileSync(asked.get('cert')), key: readFileSync(asked.get('key')) }, answer),
  telnet: () => createTcpServer(telnetSession),
  echo: () => udpServer((data) => data),
  dns: () => udpServer(dnsReply),
};

for (const [name, create] of Object.entries(SERVERS)) {
  const port = Number(asked.get(name) ?? 0);
  if (port === 0) continue;
  const server = create();
  if ('bind' in server) server.bind(port, address);
  else server.listen(port, address);
  await once(server, 'listening');
}
console.log('ready');
