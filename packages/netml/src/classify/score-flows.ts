import { Features, type FlowSet, type Labels } from '@antinex/features';
import type { Detector } from '@antinex/models';
import type { Recipe } from '../extract/recipe.ts';
import type { Verdict } from './verdict.ts';

/** Flows that are scored at once. */
const BLOCK = 1024;

/** Verdicts about flows, some at a time. */
export function* scoreFlows(
  flows: FlowSet,
  detector: Detector,
  { shape, flows: { compat } }: Recipe,
  labels: Labels | undefined,
): Generator<Verdict[], void> {
  const features = new Features(flows, shape, compat);
  const columns = features.columns.length;
  for (let first = 0; first < flows.size; first += BLOCK) {
    const rows = Math.min(BLOCK, flows.size - first);
    const values = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) features.put(first + row, values, row * columns);
    const scores = detector.score({ values, rows, columns });
    const novel = detector.classify(scores);
    yield Array.from(scores, (score, row) => ({
      ...describe(flows, first + row),
      score,
      anomaly: novel[row] === 1,
      label: labels?.nameOf(flows, first + row),
    }));
  }
}

function describe(flows: FlowSet, flow: number): Pick<Verdict, 'flow' | 'end' | 'packets'> {
  const { source, sourcePort, destination, destinationPort, protocol } = flows.keyOf(flow);
  return {
    flow: {
      source,
      source_port: sourcePort,
      destination,
      destination_port: destinationPort,
      protocol,
      start: flows.clock.epochSeconds(flows.start[flow]),
    },
    end: flows.clock.epochSeconds(flows.end[flow]),
    packets: flows.packets[flow],
  };
}
