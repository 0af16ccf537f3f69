// Fits and scores the rows of bench/novelty.mjs: node bench/detect.mjs TRAIN.f64 TEST.f64 COLUMNS ALGORITHM SCORES.f64
import { readFileSync, writeFileSync } from 'node:fs';
import { fitDetector } from '@antinex/models';

const [trainFile, testFile, columnCount, algorithm, scoresFile] = process.argv.slice(2);
const columns = Number(columnCount);

const matrix = (file) => {
  const values = new Float64Array(readFileSync(file).buffer);
  return { values, rows: values.length / columns, columns };
};
const cpuSeconds = async (run) => {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, result];
};

const train = matrix(trainFile);
const test = matrix(testFile);
// Raw columns and netml's defaults, which are those of scikit-learn.
const [fit, detector] = await cpuSeconds(() => fitDetector(algorithm, train, { compat: true }));
const [score, scores] = await cpuSeconds(() => detector.score(test));
writeFileSync(scoresFile, scores);
console.log(JSON.stringify({ fit, score }));
