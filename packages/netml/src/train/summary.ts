import type { FlowCounts } from '@antinex/features';
import { formatCount } from '@antinex/runtime';
import type { Extraction } from '../extract/extract.ts';
import type { Recipe } from '../extract/recipe.ts';
import type { FeatureTable } from '../table/feature-table.ts';
import type { Trained, Worth } from './train.ts';

/** A line of a summary: what it is about, and what there is to say. */
export type SummaryLine = readonly [label: string, text: string];

export const summaryText = (lines: readonly SummaryLine[]): string =>
  lines
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `${label.padEnd(10)} ${text}\n`)
    .join('');

/** What extraction found, as --json prints it. */
export function extractionSummary({ parts, recipe, labels, unlabelled, counts, notes }: Extraction) {
  const flows = parts.reduce((sum, part) => sum + part.flows.size, 0);
  const { interval } = recipe.flows;
  return {
    packets: counts,
    flows,
    unlabelled,
    abnormal: labels === undefined ? null : sumOf(labels),
    columns: parts[0].columns.length,
    featureType: recipe.shape.type,
    fft: recipe.shape.fft,
    header: recipe.shape.header,
    intervalSeconds: Number.isFinite(interval) ? interval : null,
    notes,
  };
}

export function extractionLines(extraction: Extraction): SummaryLine[] {
  const { parts, recipe, unlabelled, counts } = extraction;
  const { flows, abnormal, intervalSeconds } = extractionSummary(extraction);
  const { type, fft, header, packets } = recipe.shape;
  const made = [type, fft ? 'transformed' : '', header ? 'with headers' : ''].filter(Boolean).join(', ');
  const size = type === 'STATS' ? '' : ` for ${formatCount(packets)} packets`;
  return [
    packetsLine(counts),
    ['flows', `${formatCount(flows)}${abnormal === null ? '' : `, ${formatCount(abnormal)} abnormal`}`],
    ['', unlabelled > 0 ? `${formatCount(unlabelled)} had no label` : ''],
    ['features', `${made}: ${formatCount(parts[0].columns.length)} columns${size}`],
    ['interval', intervalSeconds === null ? 'none' : `${short(intervalSeconds)} s`],
    ...extraction.notes.map((note): SummaryLine => ['note', note]),
  ];
}

/** Packets, and how many of them are in no flow. */
export function packetsLine({ packets, inFlows }: FlowCounts): SummaryLine {
  const left = packets - inFlows;
  return ['packets', `${formatCount(packets)}${left > 0 ? `, ${formatCount(left)} in no flow` : ''}`];
}

/** Flows that did not get to their end; empty if there are none. */
export const evictedLine = ({ evictedFlows }: FlowCounts): SummaryLine => [
  '',
  evictedFlows > 0 ? `${formatCount(evictedFlows)} flows ended early to save memory` : '',
];

/** What training came to, as --json prints it. */
export function trainingSummary(
  { detector, trainedRows, evaluation }: Trained,
  recipe: Recipe | undefined,
): object {
  return {
    algorithm: detector.algorithm,
    parameters: detector.parts.parameters,
    facts: detector.parts.facts,
    trainedFlows: trainedRows,
    columns: detector.columns.length,
    threshold: detector.threshold,
    evaluation: evaluation === undefined ? null : worthJson(evaluation),
    knowsFeatures: recipe !== undefined,
  };
}

export function trainingLines({ detector, trainedRows, evaluation }: Trained): SummaryLine[] {
  const { algorithm, threshold } = detector;
  return [
    ['model', `${algorithm}, fitted to ${formatCount(trainedRows)} flows`],
    ['threshold', short(threshold)],
    ...(evaluation === undefined ? [] : worthLines(evaluation)),
  ];
}

export function worthLines({ rows, auc, accuracy, baseline, ...counts }: Worth): SummaryLine[] {
  const { truePositives, falsePositives } = counts;
  const found = truePositives + counts.falseNegatives;
  return [
    ['tested', `on ${formatCount(rows)} flows with labels`],
    ['AUC', auc === undefined ? 'unknown: all these flows are of one class' : auc.toFixed(4)],
    ['accuracy', `${percent(accuracy)}; always saying the same: ${percent(baseline)}`],
    ['anomalies', `${truePositives} of ${found} found, ${falsePositives} false alarms`],
  ];
}

/** What is unknown is null. */
export const worthJson = (worth: Worth) => ({
  rows: worth.rows,
  auc: worth.auc ?? null,
  accuracy: worth.accuracy,
  baseline: worth.baseline,
  truePositives: worth.truePositives,
  falsePositives: worth.falsePositives,
  trueNegatives: worth.trueNegatives,
  falseNegatives: worth.falseNegatives,
  averagePrecision: worth.averagePrecision ?? null,
});

/** Of a table that was read from a file. */
export const tableLine = (path: string, { matrix, labels }: FeatureTable): SummaryLine => [
  'features',
  `${path}: ${formatCount(matrix.rows)} flows, ${formatCount(matrix.columns)} columns` +
    (labels === undefined ? '' : `, ${formatCount(sumOf(labels))} abnormal`),
];

/** Six digits are enough to look at. */
const short = (value: number): string => String(Number(value.toPrecision(6)));

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const sumOf = (labels: Uint8Array): number => labels.reduce((sum, label) => sum + label, 0);
