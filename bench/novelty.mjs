// Novelty detectors beside those of scikit-learn: CPU time of fitting and of scoring, and how the scores differ.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RandomState } from '@antinex/models';
import { count, say, table } from './report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Debian's, which has python3-sklearn. */
const PYTHON = '/usr/bin/python3';
const ROWS = 8_000;
const COLUMNS = 51;
const ALGORITHMS = ['OCSVM', 'KDE', 'IF', 'GMM'];

const ours = { name: '@antinex/models', command: [process.execPath, here('./detect.mjs')] };
const sklearn = { name: 'scikit-learn', command: [PYTHON, here('./sklearn_novelty.py')] };
const isSklearnThere = () => spawnSync(PYTHON, ['-c', 'import sklearn']).status === 0;

/** The section; without scikit-learn where it is not installed. */
export async function novelty({ quick }) {
  const runs = Number(process.env.BENCH_RUNS ?? (quick ? 1 : 3));
  const takers = isSklearnThere() ? [ours, sklearn] : [ours];
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const random = new RandomState(1);
    const files = ['train.f64', 'test.f64'].map((file) => join(folder, file));
    for (const file of files) writeFileSync(file, makeRows(random));
    const rows = ALGORITHMS.flatMap((algorithm) => compare(algorithm, takers, files, folder, runs));
    return `## Novelty detectors

${count(ROWS)} made-up rows of ${COLUMNS} inter-arrival times to fit to, as many others to score; defaults of scikit-learn, raw columns,
one thread. CPU time of the calls alone, without start-up; a fit of ours includes scoring its rows for the
threshold but for OCSVM, one of scikit-learn's for IF alone. Scores differ as a share of the largest one; those of
KDE because scikit-learn's tree rounds where rows are far from all others, which a plain sum does not.
${runs === 1 ? 'One run each' : `Medians of ${runs}, taken in turn`}.

${table(['algorithm', 'program', 'fit, CPU s', 'score, CPU s', 'rows/s scored', 'scoring against scikit-learn', 'scores differ by'], rows)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Flows of a few packets up to all columns, padded with 0: gaps of some typical length for each flow. */
function makeRows(random) {
  const values = new Float64Array(ROWS * COLUMNS);
  for (let row = 0; row < ROWS; row++) {
    const gaps = 1 + random.interval(COLUMNS - 1);
    const typical = 10 ** random.uniform(-4, 0);
    for (let i = 0; i < gaps; i++) values[row * COLUMNS + i] = -typical * Math.log(1 - random.double());
  }
  return values;
}

function compare(algorithm, takers, files, folder, runs) {
  const results = takers.map(() => []);
  const scoreFiles = takers.map((_, i) => join(folder, `scores-${i}.f64`));
  for (let run = 0; run < runs; run++) {
    for (const [i, { name, command }] of takers.entries()) {
      say(`novelty: ${algorithm}, ${name}`);
      const [program, ...args] = [...command, ...files, COLUMNS, algorithm, scoreFiles[i]];
      // One thread: BLAS threads that wait burn CPU time.
      const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
      results[i].push(JSON.parse(execFileSync(program, args.map(String), { env, encoding: 'utf8' })));
    }
  }
  const median = (list, key) => list.map((result) => result[key]).sort((a, b) => a - b)[runs >> 1];
  const [, peer] = results;
  const difference = peer && largestDifference(...scoreFiles.map(readScores));
  return takers.map(({ name }, i) => {
    const score = median(results[i], 'score');
    return [
      algorithm,
      `${name} ${results[i][0].version ?? ''}`.trim(),
      median(results[i], 'fit').toFixed(2),
      score.toFixed(3),
      count(ROWS / score),
      peer ? (score / median(peer, 'score')).toFixed(2) : '-',
      i === 0 && peer ? difference.toExponential(0) : '',
    ];
  });
}

const readScores = (file) => new Float64Array(readFileSync(file).buffer);

/** As a share of the largest score. */
function largestDifference(ours, theirs) {
  const largest = theirs.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  return ours.reduce((most, score, i) => Math.max(most, Math.abs(score - theirs[i]) / largest), 0);
}
