// The order in which vitest runs test files. On a fresh clone it knows no durations, and a long file that
// is started last is waited for by idle cores.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, from half a minute on. */
const LONGEST = [
  'antinex-server/test/program',
  'packet-processor/test/endings',
  'packet-processor/test/redis',
  'packet-processor/test/rabbitmq',
  'broker/test/rabbitmq-outage',
  'packet-processor/test/antinex',
  'packet-processor/test/antinex-refusals',
  'broker/test/rabbitmq',
  'packet-processor/test/datasets',
  'packet-processor/test/antinex-crash',
  'cli/test/bad-input',
  'capture/test/agent-read',
  'antinex-server/test/auth',
  'packet-processor/test/antinex-server',
  'capture/test/e2e/cap-source',
  'capture/test/e2e/agent-broker',
].map((path) => `/packages/${path}.test.ts`);

function rank({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((path) => moduleId.endsWith(path));
  return place < 0 ? LONGEST.length : place;
}

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
