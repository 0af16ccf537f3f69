// A program for process.test.ts: what it does is the first argument. It runs the built package, as users do.
import { createLogger, PipelineError, runMain } from '@antinex/runtime';

const untilAborted = (signal) =>
  new Promise((resolve) => {
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });

const write = (text) =>
  new Promise((resolve, reject) =>
    process.stdout.write(text, (error) => (error ? reject(error) : resolve())),
  );

const programs = {
  async wait(signal, shutdown) {
    shutdown.onShutdown(() => process.stdout.write('cleaned up\n'));
    process.stdout.write('ready\n');
    await untilAborted(signal);
  },
  async stubborn() {
    process.stdout.write('ready\n');
    await untilAborted(new EventTarget());
  },
  async pour(signal, shutdown) {
    shutdown.onShutdown(() => process.stderr.write('cleaned up\n'));
    while (!signal.aborted) await write(`${'x'.repeat(1000)}\n`);
  },
  async fail() {
    throw new PipelineError('DISK_FULL', { path: 'rows.csv' });
  },
  async stray() {
    setTimeout(() => {
      throw new Error('stray');
    });
    await untilAborted(new EventTarget());
  },
  async log() {
    const logger = await createLogger({ name: 'program', logConfig: process.argv[3] });
    for (let line = 1; line <= 1000; line++) logger.info({ line }, 'x'.repeat(1000));
    process.exit(0);
  },
};

await runMain(programs[process.argv[2]], { name: 'program' });
