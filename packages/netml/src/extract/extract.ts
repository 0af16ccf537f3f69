import {
  type BuildOptions,
  type BuiltFlows,
  buildFlows,
  type FeatureOptions,
  type Features,
  type FlowCounts,
  labelFlows,
  makeFeatures,
  readLabels,
} from '@antinex/features';
import { openRecords } from '@antinex/pcap-file';
import { createProgress, PipelineError } from '@antinex/runtime';
import { CaptureFiles } from '../captures/capture-files.ts';
import type { CaptureOptions } from '../options/captures.ts';
import type { ExtractValues } from '../options/settings.ts';
import { buildOptionsOf, labelOptionsOf } from './extract-options.ts';
import type { Recipe } from './recipe.ts';

/** Features of captures. */
export interface Extraction {
  /** Of one set of captures, or of the normal and of the abnormal ones; never none. */
  readonly parts: readonly Features[];
  readonly recipe: Recipe;
  /** 0 for normal flows and 1 for all others, one part after another. */
  readonly labels: Uint8Array | undefined;
  /** As the label files have them. */
  readonly names: readonly string[] | undefined;
  readonly unlabelled: number;
  readonly counts: FlowCounts;
  readonly faults: CaptureFiles<unknown>['faults'];
  readonly notes: readonly string[];
}

/** Flows with their labels, and what was found on the way. */
interface Part {
  readonly built: BuiltFlows;
  readonly labels?: Uint8Array;
  readonly names?: readonly string[];
  readonly unlabelled?: number;
  readonly files: CaptureFiles<unknown>;
}

/**
 * Reads captures and makes features of their flows.
 *
 * Normal and abnormal captures are made flows of apart. What decides the shape, interval and columns, is
 * found in the first of them, the normal ones; but netml decides anew for each, and fails if they differ.
 *
 * @throws PipelineError as of files that cannot be read, NO_FLOWS, NETML_FAILS, TOO_MANY_PACKETS,
 * LABELS_UNUSABLE, FEATURES_INVALID; a capture's fault if nothing could be made of it
 */
export async function extract(
  captures: CaptureOptions,
  values: ExtractValues,
  signal: AbortSignal,
): Promise<Extraction> {
  const { compat, featureType: type, fft = false, header = false, packets, window } = values;
  const options = buildOptionsOf(values);
  const parts: Part[] = [];
  const features: Features[] = [];
  let shape: FeatureOptions = {
    type,
    fft,
    header,
    ...(packets !== undefined && { packets }),
    ...(window !== undefined && { window }),
  };
  for (const group of groupsOf(captures)) {
    const first = parts.at(0)?.built;
    const known = first && compat === undefined ? { interval: first.interval } : {};
    const part = await buildPart(group, { ...options, ...known }, values, signal);
    const made = makeFeatures(part.built, shape);
    parts.push(part);
    features.push(made);
    if (compat === undefined) {
      const { packets, window } = made.shape;
      shape = { type, fft, header, packets, ...(window !== undefined && { window }) };
    }
  }
  checkWidths(features);
  const { quantile: _, ...flows } = options;
  const isLabelled = parts.every(({ labels }) => labels !== undefined);
  return {
    parts: features,
    recipe: { shape: features[0].shape, flows: { ...flows, interval: intervalOf(parts[0].built) } },
    labels: isLabelled ? Uint8Array.from(parts.flatMap(({ labels }) => [...labels!])) : undefined,
    names: captures.label.length === 0 ? undefined : parts.flatMap(({ names }) => names!),
    unlabelled: parts.reduce((sum, { unlabelled = 0 }) => sum + unlabelled, 0),
    counts: parts.map(({ built }) => built.counts).reduce(addCounts),
    faults: parts.flatMap(({ files }) => files.faults),
    notes: parts.flatMap(({ files }) => files.notes),
  };
}

/** Captures that are made flows of together, and the label of them all. */
interface Group {
  readonly paths: readonly string[];
  readonly every?: 0 | 1;
  readonly labelFiles?: readonly string[];
}

const groupsOf = ({ pcap, pcapNormal, pcapAbnormal, label }: CaptureOptions): Group[] =>
  [
    { paths: pcap, labelFiles: label },
    { paths: pcapNormal, every: 0 as const },
    { paths: pcapAbnormal, every: 1 as const },
  ].filter(({ paths }) => paths.length > 0);

async function buildPart(
  { paths, every, labelFiles = [] }: Group,
  options: BuildOptions,
  values: ExtractValues,
  signal: AbortSignal,
): Promise<Part> {
  const labels =
    labelFiles.length === 0 ? undefined : await readLabels(labelFiles, labelOptionsOf(values, options));
  const files = await CaptureFiles.open(openRecords, paths, signal, createProgress());
  let built: BuiltFlows;
  try {
    built = await buildFlows(files, options);
  } catch (error) {
    // What is wrong with the capture is the reason if there is nothing in it.
    throw signal.aborted ? error : (files.faults[0] ?? error);
  }
  if (labels !== undefined) {
    const labelled = labelFlows(built, labels, { unlabelled: values.unlabelled });
    return { ...labelled, built: labelled, files };
  }
  return {
    built,
    files,
    ...(every !== undefined && { labels: new Uint8Array(built.flows.size).fill(every) }),
  };
}

/** netml's is 0 where no flow lasts; then there is nothing to split, either. */
const intervalOf = ({ interval }: BuiltFlows): number => (interval > 0 ? interval : Number.POSITIVE_INFINITY);

function checkWidths(features: readonly Features[]): void {
  const [first, ...others] = features.map(({ columns }) => columns.length);
  if (others.some((width) => width !== first)) {
    throw new PipelineError('NETML_FAILS', {
      error: `ValueError: all the input array dimensions must match exactly: ${[first, ...others].join(' and ')} columns`,
    });
  }
}

const addCounts = (a: FlowCounts, b: FlowCounts): FlowCounts => ({
  packets: a.packets + b.packets,
  inFlows: a.inFlows + b.inFlows,
  notIp: a.notIp + b.notIp,
  otherProtocols: a.otherProtocols + b.otherProtocols,
  withoutPorts: a.withoutPorts + b.withoutPorts,
  orphanFragments: a.orphanFragments + b.orphanFragments,
  flows: a.flows + b.flows,
  evictedFlows: a.evictedFlows + b.evictedFlows,
});
