// Uses the bare addon in all ways that end differently, for AddressSanitizer to watch. In a network
// namespace of its own. usage: node --expose-gc exercise.mjs ADDON
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const path = isMainThread ? process.argv[2] : workerData;
const addon = createRequire(import.meta.url)(path);

const OPTIONS = {
  device: 'lo',
  filter: 'udp',
  snaplen: 2048,
  bufferBytes: 1 << 18,
  timeoutMs: 1,
  promiscuous: true,
  immediate: false,
  direction: 0,
  fanoutGroup: -1,
  slabs: 2,
  slabBytes: 4096,
  slabPackets: 64,
  slabAgeMs: 0,
};
const [SLAB, , END] = [0, 1, 2];

/** Opens a capture; `onSlab(capture, index)` says what to do with a slab. Resolves at the end. */
function capture(onSlab, options = {}) {
  return new Promise((resolve) => {
    const opened = new addon.Capture({ ...OPTIONS, ...options }, (event, slab, packets) => {
      if (event === SLAB) {
        const memory = new Uint32Array(opened.memory[slab]);
        if (memory[packets - 1] > OPTIONS.slabBytes) throw new Error('an offset beyond the slab');
        onSlab(opened, slab);
      }
      if (event === END) resolve(opened.stats());
    });
  });
}

function threw(code, call) {
  try {
    call();
  } catch (error) {
    if (error.code === code) return;
    throw error;
  }
  throw new Error(`no ${code}`);
}

function makeTraffic() {
  const socket = createSocket('udp4');
  setInterval(() => {
    for (let i = 0; i < 20; i++) socket.send(Buffer.alloc(1000), 9, '127.0.0.1');
  }, 1).unref();
  socket.unref();
}

async function main() {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  makeTraffic();
  for (let round = 0; round < 10; round++) {
    let slabs = 0;
    const release = (opened, slab) => {
      opened.release(slab);
      opened.release(slab);
      opened.release(99);
      return ++slabs;
    };
    await capture((opened, slab) => release(opened, slab) === 20 && opened.stop());
    await capture((opened, slab) => release(opened, slab) === 40 && opened.close());
    await capture((opened) => opened.close());
    threw('BAD_FILTER', () => new addon.Capture({ ...OPTIONS, filter: 'and' }, () => {}));
    threw('NO_SUCH_DEVICE', () => new addon.Capture({ ...OPTIONS, device: 'none' }, () => {}));
    threw('BAD_OPTION', () => new addon.Capture({ ...OPTIONS, slabBytes: 100 }, () => {}));
    threw('BAD_FILTER', () => addon.compileFilter('port http http', 1, 100));
    for (const bytes of [Buffer.alloc(100), Buffer.alloc(0), 'no bytes'])
      addon.compileFilter('ip', 1, 100)(bytes, 50, 50, 60);
    addon.listDevices();
    globalThis.gc();
  }
  for (let round = 0; round < 5; round++) {
    const workers = [1, 2, 3].map(() => new Worker(new URL(import.meta.url), { workerData: path }));
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  addon.clearCapabilities(200);
  console.log('done');
  // Some are still open when the process ends.
  process.exit();
}

function inWorker() {
  for (let i = 0; i < 2; i++) capture((opened, slab) => opened.release(slab));
  capture(() => parentPort.postMessage('captured'));
}

if (isMainThread) await main();
else inWorker();
