import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const BUILT = new URL('../dist/index.js', import.meta.url);
const isBuilt = existsSync(BUILT);

/** Trains in a thread of its own; says each epoch, and stops at any message. */
const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(async ({ describeNetwork, trainNetwork, encodeModel }) => {
    const controller = new AbortController();
    parentPort.on('message', () => controller.abort(new Error('stopped')));
    const { examples, epochs } = workerData;
    try {
      const { network, history } = await trainNetwork(describeNetwork(undefined, 3), examples, {
        loss: 'binary_crossentropy', epochs, batchSize: 8, seed: 1, signal: controller.signal,
        onEpoch: (epoch) => parentPort.postMessage({ epoch }),
      });
      const model = { network, columns: ['a', 'b', 'c'], details: { history } };
      parentPort.postMessage({ model: encodeModel(model) });
    } catch (error) {
      parentPort.postMessage({ error: error.message });
    }
    parentPort.close();
  });`;

const examples = {
  inputs: { values: Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i)), rows: 100, columns: 3 },
  targets: { values: Float32Array.from({ length: 100 }, (_, i) => i % 2), rows: 100, columns: 1 },
};

interface Message {
  readonly epoch?: number;
  readonly error?: string;
  readonly model?: Uint8Array;
}

async function train(epochs: number, onMessage: (message: Message, worker: Worker) => void) {
  // Without the condition that makes tests take sources, which plain Node cannot run.
  const options = { eval: true, execArgv: [], workerData: { module: BUILT.href, examples, epochs } };
  const worker = new Worker(PROGRAM, options);
  const messages: Message[] = [];
  worker.on('message', (message: Message) => {
    messages.push(message);
    onMessage(message, worker);
  });
  await once(worker, 'exit');
  return messages;
}

describe.skipIf(!isBuilt)(`a worker thread${isBuilt ? '' : ' (needs npm run build)'}`, () => {
  it('trains, tells of each epoch, and hands over the model', async () => {
    const { decodeModel } = await import('../src/index.ts');
    const messages = await train(4, () => {});
    expect(messages.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, undefined]);
    expect(decodeModel(messages.at(-1)!.model!).network.predict(examples.inputs)).toHaveLength(100);
  });

  it('stops training when it is told to', async () => {
    const messages = await train(100_000, ({ epoch }, worker) => {
      if (epoch === 2) worker.postMessage('stop');
    });
    expect(messages.at(-1)).toEqual({ error: 'stopped' });
    expect(messages.length).toBeLessThan(100_000);
  });
});
