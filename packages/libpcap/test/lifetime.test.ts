import { beforeAll, describe, expect, test } from 'vitest';
import { build, runNode, whyNoCapture } from './support.ts';

const whyNot = whyNoCapture();
const ROUNDS = process.env.LONG ? 1000 : 100;

/** Captures all of loopback, and makes it busy. */
const BUSY = `
  import { createSocket } from 'node:dgram';
  import { isMainThread, Worker, workerData, parentPort } from 'node:worker_threads';
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const until = async (isSo) => { while (!isSo()) await sleep(5); };
  const socket = createSocket('udp4');
  const sending = setInterval(() => {
    for (let i = 0; i < 50; i++) socket.send('x'.repeat(500), 9, '127.0.0.1');
  }, 1);
  let packets = 0;
  const handlers = {
    slab(slab) { packets += slab.packetCount; slab.release(); },
    end(error) { console.log('end', error?.code); },
  };
  const open = (options) => openCapture({ device: 'lo', bufferBytes: 1 << 20, slabAgeMs: 0, timeoutMs: 1, ...options }, handlers);
  const quiet = () => { clearInterval(sending); socket.close(); };
`;

/** The same program in a worker: it finds the package by the address it is given. */
const inWorkers = (count: number, program: string, after: string) => `
  const source = ${JSON.stringify(program)};
  const url = import.meta.resolve ? new URL('${new URL('../dist/index.js', import.meta.url)}').href : '';
  const code = 'import { openCapture, version } from ' + JSON.stringify(url) + ';' + source;
  const workers = Array.from({ length: ${count} }, () =>
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(code))));
  const first = workers.map((worker) => new Promise((resolve) => worker.once('message', resolve)));
  await Promise.all(first);
  ${after}
`;

const WORKER = `
  import { parentPort } from 'node:worker_threads';
  let packets = 0;
  openCapture({ device: 'lo', bufferBytes: 1 << 20, slabAgeMs: 0, timeoutMs: 1 }, {
    slab(slab) { packets += slab.packetCount; slab.release(); if (packets > 100) parentPort.postMessage(packets); },
    end() {},
  });
`;

describe.skipIf(whyNot !== null)(`the life of a capture (${whyNot ?? 'live'})`, () => {
  beforeAll(build);

  const fine = { code: 0, signal: null, err: '' };

  test('process.exit() in the middle of it', async () => {
    const program = `${BUSY} open(); await until(() => packets > 0); console.log(packets > 0); process.exit();`;
    expect(await runNode(program)).toEqual({ ...fine, out: 'true\n' });
  });

  test('a slab may be out at exit', async () => {
    const program = `${BUSY} let out = 0; handlers.slab = () => { out++; }; open(); open(); await until(() => out > 1); process.exit();`;
    expect(await runNode(program)).toEqual({ ...fine, out: '' });
  });

  test('it keeps the process alive until its end', async () => {
    const program = `${BUSY} const capture = open(); quiet(); setTimeout(() => capture.stop(), 300);`;
    expect(await runNode(program)).toEqual({ ...fine, out: 'end undefined\n' });
  });

  test('unref() lets the process go, ref() takes that back', async () => {
    const program = `${BUSY} const capture = open(); quiet(); capture.unref();`;
    expect(await runNode(program)).toEqual({ ...fine, out: '' });
    const back = `${program} capture.ref(); setTimeout(() => capture.close(), 100).unref();`;
    expect(await runNode(back)).toEqual({ ...fine, out: 'end undefined\n' });
  });

  test('programs started meanwhile do not get the device', async () => {
    const program = `
      import { readdirSync, readFileSync } from 'node:fs';
      // Node opens and closes others meanwhile, that of this folder among them.
      const flagsOf = (file) => { try { return readFileSync('/proc/self/fdinfo/' + file, 'utf8'); } catch { return ''; } };
      const files = () => readdirSync('/proc/self/fdinfo').filter((file) => flagsOf(file) !== '');
      const before = new Set(files());
      const capture = openCapture({ device: 'lo' }, { slab(slab) { slab.release(); }, end() {} });
      const O_CLOEXEC = 0o2000000;
      for (const file of files().filter((file) => !before.has(file))) {
        const flags = /flags:\\s+(\\d+)/.exec(flagsOf(file))[1];
        console.log((Number.parseInt(flags, 8) & O_CLOEXEC) !== 0);
      }
      capture.close();`;
    // The ring, and what wakes the thread.
    expect(await runNode(program)).toEqual({ ...fine, out: 'true\ntrue\n' });
  });

  test('what a handler throws is an uncaught exception', async () => {
    const program = `${BUSY} handlers.slab = () => { throw new Error('mine'); }; open();`;
    const { code, err } = await runNode(program);
    expect(code).toBe(1);
    expect(err).toContain('Error: mine');
  });

  test('all methods may be called after the end', async () => {
    const program = `${BUSY}
      let last;
      handlers.slab = (slab) => { last = slab; };
      handlers.end = () => {
        quiet();
        last.release();
        for (const method of ['stop', 'close', 'ref', 'unref']) capture[method]();
        console.log(capture.stats().handedOverPackets > 0, last.data.length > 0);
      };
      const capture = open();
      await until(() => last !== undefined);
      capture.close();`;
    expect(await runNode(program)).toEqual({ ...fine, out: 'true true\n' });
  });

  test('the memory of a slab cannot be taken away from under the capture', async () => {
    const program = `${BUSY}
      let slabs = 0;
      handlers.slab = (slab) => {
        slabs++;
        slab.release();
        try { structuredClone(slab.data.buffer, { transfer: [slab.data.buffer] }); } catch (error) { process.exitCode = 3; }
      };
      const capture = open();
      await until(() => slabs > 10);
      capture.close();
      quiet();`;
    const { code, signal } = await runNode(program);
    expect(signal).toBeNull();
    expect([0, 3]).toContain(code);
  });

  test('captures in four workers, which end in the middle of it', async () => {
    const program = `${BUSY} ${inWorkers(4, WORKER, 'quiet(); console.log((await Promise.all(workers.map((worker) => worker.terminate()))).join());')}`;
    expect(await runNode(program)).toEqual({ ...fine, out: '1,1,1,1\n' });
  });

  test.each([
    ['exits', 'process.exit(5);', '5'],
    ['never returns', 'for (;;);', '1'],
  ])('a worker whose handler %s', async (_, act, exitCode) => {
    const worker = WORKER.replace('slab(slab) {', `slab(slab) { parentPort.postMessage(1); ${act}`);
    const after = `
      for (const worker of workers) {
        worker.once('exit', (code) => { quiet(); console.log(code); });
        if (${exitCode} === 1) await worker.terminate();
      }`;
    expect(await runNode(`${BUSY} ${inWorkers(1, worker, after)}`)).toEqual({
      ...fine,
      out: `${exitCode}\n`,
    });
  });

  test('process.exit() while workers capture', async () => {
    const program = `${BUSY} ${inWorkers(3, WORKER, 'open(); await sleep(50); process.exit(7);')}`;
    expect(await runNode(program)).toMatchObject({ code: 7, signal: null, err: '' });
  });

  test(`${ROUNDS} captures opened and closed leave nothing behind`, async () => {
    const program = `
      import { readdirSync, readFileSync } from 'node:fs';
      const one = (how) => new Promise((resolve, reject) => {
        const capture = openCapture({ device: 'lo', filter: 'udp port 9', bufferBytes: 1 << 18 }, {
          slab(slab) { slab.release(); },
          end(error) { error ? reject(error) : resolve(); },
        });
        capture[how]();
      });
      const rounds = async (count) => {
        for (let i = 0; i < count; i += 20) {
          await Promise.all(Array.from({ length: 20 }, (_, j) => one(j === 0 ? 'stop' : 'close')));
          gc();
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
        gc();
        const entries = (what) => readdirSync('/proc/self/' + what).length;
        const kilobytes = (name) => Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status'))[1]);
        return { files: entries('fd'), threads: entries('task'), used: kilobytes('VmRSS'), mapped: kilobytes('VmSize') };
      };
      const before = await rounds(200);
      const after = await rounds(${ROUNDS});
      console.log(JSON.stringify({ before, after }));`;
    const { code, out, err } = await runNode(program, { flags: ['--expose-gc'] });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { before, after } = JSON.parse(out);
    expect(after.files).toBe(before.files);
    expect(after.threads).toBe(before.threads);
    // A page lost in each round would be 4 MB, a slab 1.3 GB.
    expect(after.used - before.used).toBeLessThan(4_000);
    expect(after.mapped - before.mapped).toBeLessThan(100_000);
  });
});
