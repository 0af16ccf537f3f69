import { formatBytes, formatCount, formatDuration } from '@antinex/runtime';
import type { PublishSummary } from './counts.ts';

/** What became of rows at AntiNex, for people: a line each. */
export function publishText(summary: PublishSummary): string[] {
  const { batches, batchSeconds, predictedRows, refusedRows, badPredictions, waiting, posting } = summary;
  const predicted = sumOf(predictedRows);
  const bad = sumOf(badPredictions);
  const average = batches === 0 ? '' : `, ${formatDuration((batchSeconds * 1000) / batches)} each`;
  const others: [count: number, what: string][] = [
    [summary.formlessRows, "have no form in the model's schema"],
    [sumOf(refusedRows), `were put aside in the folder refused: ${listOf(refusedRows)}`],
    [bad, `predictions were of no use: ${listOf(badPredictions)}`],
    [summary.retries, 'attempts failed and were made again'],
  ];
  return [
    `AntiNex: ${formatCount(predicted)} rows predicted in ${formatCount(batches)} requests${average}${predicted > 0 ? `: ${listOf(predictedRows)}` : ''}`,
    ...others.filter(([count]) => count > 0).map(([count, what]) => `  ${formatCount(count)} ${what}`),
    ...(summary.damagedRows === 0 ? [] : [`  ${summary.damagedRows} rows could not be read back`]),
    ...(summary.predictions === null ? [] : [`  predictions in ${summary.predictions}`]),
    ...(waiting !== 'unknown' && waiting.rows > 0
      ? [
          `  ${formatCount(waiting.rows)} rows wait, ${formatBytes(waiting.bytes)}: they are posted at the next start`,
        ]
      : []),
    ...(posting !== 'elsewhere' ? [] : ['  another processor of this folder posts']),
  ];
}

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const listOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ');
