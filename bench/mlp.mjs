// Trains and scores the rows of bench/models.mjs: node bench/mlp.mjs ROWS.f32 TARGETS.f32 COLUMNS TRAIN_ROWS EPOCHS KERNELS
import { readFileSync } from 'node:fs';
import { describeNetwork, scoreNetwork, trainNetwork } from '@antinex/models';

const [rowsFile, targetsFile, ...rest] = process.argv.slice(2);
const [columns, trainRows, epochs] = rest.map(Number);
const kernels = rest[3];

const floats = (file) => new Float32Array(readFileSync(file).buffer);
const rows = floats(rowsFile);
const targets = floats(targetsFile);
const part = (from, to) => ({
  inputs: { values: rows.subarray(from * columns, to * columns), rows: to - from, columns },
  targets: { values: targets.subarray(from, to), rows: to - from, columns: 1 },
});
const test = part(trainRows, targets.length);

const layers = [
  { num_neurons: 200, init: 'glorot_uniform', activation: 'relu' },
  { num_neurons: 1, init: 'glorot_uniform', activation: 'sigmoid' },
];
const cpuSeconds = async (run) => {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

let network;
const trained = await cpuSeconds(async () => {
  ({ network } = await trainNetwork(describeNetwork({ layers }, columns), part(0, trainRows), {
    loss: 'binary_crossentropy',
    epochs,
    batchSize: 32,
    seed: 9,
    kernels,
  }));
});

async function rowsPerSecond(batch, calls) {
  const { inputs } = part(trainRows, trainRows + batch);
  const score = (times) => {
    for (let call = 0; call < times; call++) network.predict(inputs);
  };
  score(calls / 10);
  return (batch * calls) / (await cpuSeconds(() => score(calls)));
}

console.log(
  JSON.stringify({
    epochs,
    cpuSeconds: trained,
    accuracy: scoreNetwork(network, test, 'binary_crossentropy', ['accuracy']).acc,
    rowsPerSecond: { 1: await rowsPerSecond(1, 200_000), 1000: await rowsPerSecond(1000, 1000) },
  }),
);
