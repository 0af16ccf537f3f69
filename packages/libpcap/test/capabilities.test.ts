import { beforeAll, describe, expect, test } from 'vitest';
import { build, runNode, whyNoCapture } from './support.ts';

const whyNot = whyNoCapture();

/** A UDP port that nobody else sends to. */
const PORT = `
      const sink = createSocket('udp4');
      await new Promise((resolve) => sink.bind(0, '127.0.0.1', resolve));
      const { port } = sink.address();`;

describe.skipIf(whyNot !== null)(`clearCapabilities (${whyNot ?? 'as one who has some'})`, () => {
  beforeAll(build);

  test('drops those of all threads, and a capture goes on', async () => {
    const program = `
      import { createSocket } from 'node:dgram';
      import { lookup } from 'node:dns';
      import { Worker } from 'node:worker_threads';
      import inspector from 'node:inspector';
      inspector.open(0, '127.0.0.1');
      // The threads of libuv's pool start with their first work.
      await Promise.all([1, 2, 3, 4].map(() => new Promise((resolve) => lookup('localhost', resolve))));
      const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
      await new Promise((resolve) => worker.once('online', resolve));
      let packets = 0;
      ${PORT}
      const capture = openCapture({ device: 'lo', filter: 'udp port ' + port }, {
        slab(slab) { packets += slab.packetCount; slab.release(); },
        async end(error) {
          console.log(JSON.stringify({ before, left, later, reopened, setuid, packets, error }, (_, v) => typeof v === 'bigint' ? '0x' + v.toString(16) : v));
          process.exit();
        },
      });
      const before = readCapabilities();
      const left = clearCapabilities();
      clearCapabilities();

      const next = new Worker('setInterval(() => {}, 1000)', { eval: true });
      await new Promise((resolve) => next.once('online', resolve));
      const later = readCapabilities();
      let reopened;
      try { openCapture({ device: 'lo' }, {}); } catch (error) { reopened = error.code; }
      process.setuid(process.getuid());
      let setuid;
      try { process.setuid(process.getuid() + 1); } catch (error) { setuid = error.code; }
      const socket = createSocket('udp4');
      for (let i = 0; i < 10; i++) await new Promise((resolve) => socket.send('x', port, '127.0.0.1', resolve));
      capture.stop();`;
    const { code, out, err } = await runNode(program);
    expect(err).toMatch(/^Debugger listening/);
    expect(code).toBe(0);
    const { before, left, later, ...rest } = JSON.parse(out);
    expect(before.effective).not.toBe('0x0');
    const none = {
      permitted: '0x0',
      effective: '0x0',
      inheritable: '0x0',
      ambient: '0x0',
      noNewPrivileges: true,
    };
    expect(left).toMatchObject(none);
    expect(left.threads).toBeGreaterThanOrEqual(before.threads);
    expect(left.threads).toBeGreaterThan(10);
    expect(later).toMatchObject(none);
    expect(rest).toEqual({ reopened: 'NO_PERMISSION', setuid: 'EPERM', packets: 10 });
  });

  test('while threads come and go', async () => {
    const program = `
      import { Worker } from 'node:worker_threads';
      const churn = 'import { Worker } from "node:worker_threads"; const start = () => new Worker("", { eval: true }).once("exit", start); start(); start();';
      const worker = new Worker(churn, { eval: true });
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (let i = 0; i < 20; i++) {
        const left = clearCapabilities();
        if (left.permitted !== 0n || !left.noNewPrivileges) throw new Error('left: ' + left.permitted);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      console.log('done');
      process.exit();`;
    expect(await runNode(program)).toEqual({ code: 0, signal: null, out: 'done\n', err: '' });
  });

  test('a capture goes on when root is given up altogether', async () => {
    const program = `
      import { createSocket } from 'node:dgram';
      let packets = 0;
      ${PORT}
      const capture = openCapture({ device: 'lo', filter: 'udp port ' + port }, {
        slab(slab) { packets += slab.packetCount; slab.release(); },
        end(error) { console.log(packets, error, capture.stats().receivedPackets); process.exit(); },
      });
      process.setgroups([]);
      process.setgid(65534);
      process.setuid(65534);
      clearCapabilities();
      const socket = createSocket('udp4');
      for (let i = 0; i < 10; i++) await new Promise((resolve) => socket.send('x', port, '127.0.0.1', resolve));
      capture.stop();`;
    const { out, ...end } = await runNode(program);
    expect(end).toEqual({ code: 0, signal: null, err: '' });
    // The loopback interface shows each packet twice; the kernel counts what came before it had the filter, too.
    expect(out).toMatch(/^10 undefined \d+\n$/);
    expect(Number(out.split(' ')[2])).toBeGreaterThanOrEqual(20);
  });

  test('a later setuid() still reaches all threads', async () => {
    const program = `
      import { readdirSync, readFileSync } from 'node:fs';
      const effectiveUids = () => {
        const statuses = readdirSync('/proc/self/task').map((task) =>
          readFileSync('/proc/self/task/' + task + '/status', 'utf8'));
        return [...new Set(statuses.map((status) => /^Uid:\\s+\\d+\\s+(\\d+)/m.exec(status)[1]))].join();
      };
      process.seteuid(65534);
      clearCapabilities();
      const before = effectiveUids();
      process.seteuid(0);
      console.log(before, effectiveUids(), readCapabilities().effective);`;
    expect(await runNode(program)).toEqual({ code: 0, signal: null, out: '65534 0 0n\n', err: '' });
  });
});
