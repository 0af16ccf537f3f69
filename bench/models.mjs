// The dense network of AntiNex beside scikit-learn's: CPU time of training, rows scored a second.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evaluate, RandomState } from '@antinex/models';
import { count, say, table } from './report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Debian's, which has python3-sklearn. */
const PYTHON = '/usr/bin/python3';
const COLUMNS = 68;
const TRAIN_ROWS = 23_920;
const TEST_ROWS = 5_980;
const EPOCHS = 15;

const ours = (name, kernels, epochs) => ({
  name,
  epochs,
  command: (files) => [process.execPath, [here('./mlp.mjs'), ...files, COLUMNS, TRAIN_ROWS, epochs, kernels]],
});
const sklearn = {
  name: 'scikit-learn MLPClassifier',
  isPeer: true,
  epochs: EPOCHS,
  command: (files) => [PYTHON, [here('./sklearn_mlp.py'), ...files, COLUMNS, TRAIN_ROWS, EPOCHS]],
};
const isSklearnThere = () => spawnSync(PYTHON, ['-c', 'import sklearn']).status === 0;

/** The section; without scikit-learn where it is not installed. */
export async function models({ quick }) {
  const runs = Number(process.env.BENCH_RUNS ?? (quick ? 1 : 3));
  const takers = [
    ours('@antinex/models, SIMD', 'simd', EPOCHS),
    ...(isSklearnThere() ? [sklearn] : []),
    ours('@antinex/models, no SIMD', 'plain', 1),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const results = takers.map(() => []);
  let baselines;
  try {
    const files = ['rows.f32', 'targets.f32'].map((file) => join(folder, file));
    baselines = writeRows(files);
    for (let run = 0; run < runs; run++) {
      for (const [i, { name, command }] of takers.entries()) {
        say(`models: ${name}`);
        const [program, args] = command(files);
        // One thread: BLAS threads that wait burn CPU time.
        const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
        results[i].push(JSON.parse(execFileSync(program, args.map(String), { env, encoding: 'utf8' })));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const medians = results.map((list) => list.sort((a, b) => a.cpuSeconds - b.cpuSeconds)[runs >> 1]);
  const perEpoch = medians.map(({ cpuSeconds, epochs }) => cpuSeconds / epochs);
  const peer = takers.findIndex(({ isPeer }) => isPeer);
  const rows = medians.map(({ version = '', accuracy, epochs, cpuSeconds, rowsPerSecond }, i) => [
    `${takers[i].name} ${version}`.trim(),
    epochs,
    cpuSeconds.toFixed(2),
    perEpoch[i].toFixed(3),
    peer < 0 ? '-' : (perEpoch[i] / perEpoch[peer]).toFixed(2),
    `${(100 * accuracy).toFixed(1)} %`,
    count(rowsPerSecond[1]),
    count(rowsPerSecond[1000]),
  ]);
  const { majority, stump } = baselines;
  return `## The dense network

A ${COLUMNS}-200-1 network (relu, sigmoid, Adam, batches of 32, float32, one thread) learns from ${count(TRAIN_ROWS)} made-up
rows; accuracy is that of ${count(TEST_ROWS)} others, of which always saying ${majority.label} gets ${(100 * majority.accuracy).toFixed(1)} % right and the best
rule on one column ${(100 * stump.accuracy).toFixed(1)} %. CPU time of the calls alone, without start-up; scoring rows a CPU second.
${runs === 1 ? 'One run each' : `Medians of ${runs}, taken in turn`}. Both of ours give the same bits.

${table(['program', 'epochs', 'training, CPU s', 'per epoch', 'against scikit-learn', 'accuracy', 'rows/s, one at a time', 'rows/s, 1,000 at a time'], rows)}`;
}

/** Rows whose class depends on columns together, with a few labels wrong. @returns what needs no model */
function writeRows(files) {
  const random = new RandomState(1);
  const rows = TRAIN_ROWS + TEST_ROWS;
  const values = Float32Array.from({ length: rows * COLUMNS }, () => random.uniform(-1, 1));
  const targets = Float32Array.from({ length: rows }, (_, row) => {
    const [a, b, c, d, e] = values.subarray(row * COLUMNS);
    const isAttack = a * b + c * 0.5 + d * e > 0.2;
    return isAttack !== random.double() < 0.01 ? 1 : 0;
  });
  for (const [i, array] of [values, targets].entries()) writeFileSync(files[i], array);
  const part = (from, to) => ({
    rows: { values: values.subarray(from * COLUMNS, to * COLUMNS), rows: to - from, columns: COLUMNS },
    labels: targets.subarray(from, to),
  });
  return evaluate(new Float32Array(TEST_ROWS), part(0, TRAIN_ROWS), part(TRAIN_ROWS, rows));
}
