import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createMetrics,
  openStatusServer,
  type Readiness,
  type StatusServer,
  type StatusServerOptions,
} from '../src/index.ts';
import { parseScrape } from './prometheus-text.ts';

const opened: StatusServer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

async function open(options: Partial<StatusServerOptions> = {}): Promise<StatusServer> {
  const server = await openStatusServer({
    host: '127.0.0.1',
    port: 0,
    metrics: createMetrics('test'),
    status: () => ({ received: 12, kernelDrops: 'unknown' }),
    ready: () => true,
    ...options,
  });
  opened.push(server);
  return server;
}

/** A raw connection; `text` resolves with all that came once it is closed. */
function raw({ host, port }: StatusServer, request: string): { socket: Socket; text: Promise<string> } {
  const socket = connect(port, host);
  const text = (async () => {
    let all = '';
    try {
      for await (const chunk of socket) all += String(chunk);
    } catch {
      // A connection that is torn down has said what it said.
    }
    return all;
  })();
  socket.write(request);
  return { socket, text };
}

describe('openStatusServer', () => {
  it('chooses a port and says which', async () => {
    const server = await open();
    expect(server.port).toBeGreaterThan(0);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const response = await fetch(server.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^\/metrics .*\n\/status .*\n\/healthz .*\n\/readyz .*\n$/);
  });

  it('shows the metrics of the program and of the process', async () => {
    let packets = 0;
    const metrics = createMetrics('capture');
    metrics.counter('packets_total', 'Packets received', () => packets);
    metrics.counter('kernel_drops_total', 'Drops', () => 'unknown');
    metrics.counter('drops_total', 'Drops', ['reason'], () => [
      { labels: { reason: 'queue "main"\n' }, value: 3 },
      { labels: { reason: 'kernel' }, value: 'unknown' },
    ]);
    const { url } = await open({ metrics });
    packets = 1_234_567_890_123;
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const scrape = parseScrape(await response.text());
    expect(scrape.get('capture_packets_total')).toEqual([{ labels: {}, value: 1_234_567_890_123 }]);
    expect(scrape.has('capture_kernel_drops_total')).toBe(false);
    expect(scrape.get('capture_drops_total')).toEqual([{ labels: { reason: 'queue "main"\n' }, value: 3 }]);

    const value = (name: string) => scrape.get(name)?.[0].value;
    const { user, system } = process.cpuUsage();
    expect(value('process_cpu_seconds_total')).toBeCloseTo((user + system) / 1e6, 0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(20e6);
    expect(value('process_start_time_seconds')).toBeCloseTo(performance.timeOrigin / 1000, 0);
    expect(value('process_open_fds')).toBeGreaterThan(3);
    expect(value('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6);
    expect(value('nodejs_eventloop_busy_seconds_total')).toBeGreaterThan(0);
  });

  it('measures how late the event loop is', async () => {
    const { url } = await open();
    const lag = async () => parseScrape(await (await fetch(`${url}/metrics`)).text());
    await sleep(250);
    const idle = (await lag()).get('nodejs_eventloop_lag_seconds_sum')![0].value;
    const until = performance.now() + 400;
    while (performance.now() < until);
    await sleep(150);
    const busy = (await lag()).get('nodejs_eventloop_lag_seconds_sum')![0].value;
    expect(busy - idle).toBeGreaterThan(0.25);
    expect(busy - idle).toBeLessThan(2);
  });

  it("shows the program's report", async () => {
    let received = 1;
    const { url } = await open({ status: () => ({ received, drops: { kernel: 'unknown' } }) });
    received = 2;
    const response = await fetch(`${url}/status?pretty`);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ received: 2, drops: { kernel: 'unknown' } });
  });

  it.each<[Readiness, number, string]>([
    [true, 200, 'ready\n'],
    [false, 503, 'not ready\n'],
    [{ ready: true }, 200, 'ready\n'],
    [{ ready: false, reason: 'the broker is away' }, 503, 'the broker is away\n'],
  ])('readiness %j is %d', async (readiness, code, text) => {
    const { url } = await open({ ready: () => readiness });
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.text()]).toEqual([code, text]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('answers HEAD as GET, without the body', async () => {
    const { url } = await open();
    for (const path of ['/', '/metrics', '/status', '/healthz', '/readyz']) {
      const response = await fetch(`${url}${path}`, { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(Number(response.headers.get('content-length'))).toBeGreaterThan(2);
      expect(await response.text()).toBe('');
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const { url } = await open();
    const response = await fetch(`${url}/metrics`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['/x', '/metrics/', '//', '/__proto__', '/toString', '/%2e%2e/etc/passwd'])(
    'has no %s',
    async (path) => {
      const { url } = await open();
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    },
  );

  it('answers 500 with the reason when a value cannot be read, and goes on', async () => {
    let broken = true;
    const metrics = createMetrics('test');
    metrics.gauge('x', 'x', () => {
      if (broken) throw new Error('no redis://me:hunter2@host/');
      return 1;
    });
    const cyclic: { self?: object } = {};
    cyclic.self = cyclic;
    const { url } = await open({
      metrics,
      status: () => cyclic,
      ready: () => {
        throw new Error('nobody knows');
      },
    });
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(500);
    expect(await response.text()).toMatch(/no redis:\/\/me:\*\*\*@host/);
    expect((await fetch(`${url}/status`)).status).toBe(500);
    expect((await fetch(`${url}/readyz`)).status).toBe(500);
    broken = false;
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('listens on IPv6', async (context) => {
    const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
      all?.some(({ address }) => address === '::1'),
    );
    if (!hasIpv6) context.skip('there is no ::1 here');
    const { url } = await open({ host: '::1' });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('says why it cannot listen', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(open({ port })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: `cannot listen on 127.0.0.1:${port}: address already in use`,
      hint: 'choose another address or port',
    });
    await expect(open({ host: '192.0.2.1' })).rejects.toMatchObject({
      message: 'cannot listen on 192.0.2.1:0: address not available',
    });
    taken.close();
    await once(taken, 'close');
    expect((await open({ port })).port).toBe(port);
  });

  it('close() ends connections at once and frees the port', async () => {
    const server = await open();
    const silent = raw(server, '');
    const kept = raw(server, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(kept.socket, 'data');
    const start = performance.now();
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await silent.text;
    await kept.text;
    expect(performance.now() - start).toBeLessThan(3000);
    await expect(fetch(server.url)).rejects.toThrow();
    expect((await open({ port: server.port })).port).toBe(server.port);
  });

  it('leaves nothing behind when opened and closed over and over', async () => {
    await (await open()).close();
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 50; i++) {
      const server = await open();
      expect((await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })).status).toBe(200);
      await server.close();
    }
    await sleep(50);
    expect(process.getActiveResourcesInfo().length).toBeLessThan(before + 10);
  });
});

describe('hostile clients', () => {
  it.each([
    ['garbage', '\u0000\u0001\u0002\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['long headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(9000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'a body',
      'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nabc',
      /^HTTP\/1\.1 413 .*close/s,
    ],
    [
      'a body without end',
      'GET /status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n',
      /^HTTP\/1\.1 413 /,
    ],
    ['a tunnel', 'CONNECT evil:80 HTTP/1.1\r\nHost: x\r\n\r\n', /^$/],
    [
      'an upgrade',
      'GET /healthz HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
      /^HTTP\/1\.1 200 /,
    ],
  ])('%s is answered and the connection closed', async (_, request, expected) => {
    const server = await open();
    expect(await raw(server, request).text).toMatch(expected);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('a client that never finishes its request is let go', async () => {
    const server = await open();
    const start = performance.now();
    const texts = ['', 'GET / HTTP/1.1\r\n'].map((begin) => raw(server, begin).text);
    expect(await Promise.all(texts)).not.toContain(expect.stringContaining('200'));
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('many connections do not keep others out for long', async () => {
    const server = await open();
    const crowd = Array.from({ length: 100 }, () => raw(server, ''));
    await sleep(100);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    for (const { socket } of crowd) socket.destroy();
    await sleep(100);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
