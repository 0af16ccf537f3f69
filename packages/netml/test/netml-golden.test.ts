import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { SHARED } from '../../cli/test/captures.ts';
import { useScratch } from '../../cli/test/scratch.ts';
import { succeed } from './netml.ts';

const GOLDEN = `${SHARED}golden/netml/`;
const DEMO = `${SHARED}pcaps/visible/netml__demo.pcap`;
const scratch = useScratch();

interface Flows {
  readonly labels: readonly number[];
  readonly flows: readonly { readonly fid: readonly [string, string, number, number, number] }[];
}
type Models = Readonly<Record<string, { models: Record<string, { auc: number }> }>>;

const read = <T>(name: string): T => JSON.parse(gunzipSync(readFileSync(`${GOLDEN}${name}`)).toString()) as T;

/** Only where netml 0.7.1 and its libraries depend on nothing but the seed. */
const CASES: readonly [name: string, ...args: string[]][] = [
  ['ocsvm', '--algorithm', 'ocsvm'],
  ['kde', '--algorithm', 'kde'],
  ['gmm', '--algorithm', 'gmm'],
  ['pca_nc1', '--algorithm', 'pca', '--param', '{n_components: 1}'],
];

describe.skipIf(!existsSync(GOLDEN))('learn --compat netml has the AUC of netml (needs ../shared)', () => {
  const labels = scratch('labels.csv');
  let models: Models;

  beforeAll(() => {
    models = read<Models>('models_demo_labelled.json.gz');
    const { flows, labels: truth } = read<Flows>('demo_labelled.json.gz');
    const lines = flows.map(({ fid: [source, destination, sport, dport, protocol] }, i) =>
      [source, sport, destination, dport, protocol, truth[i] === 1 ? 'DDoS' : 'BENIGN'].join(),
    );
    const header = ' Source IP, Source Port, Destination IP, Destination Port, Protocol, Label';
    writeFileSync(labels, [header, ...lines].join('\n'));
  });

  test.each(CASES)('%s', async (name, ...args) => {
    // Not of sizes: in this golden they are those of packets that were made anew.
    for (const type of ['IAT', 'SAMP_NUM']) {
      const golden = models[`${type}|fft=false|header=false`].models[name].auc;
      const learned = await succeed([
        ...['learn', '-p', DEMO, '-l', labels, '--compat', 'netml', '--feature-type', type, ...args],
        ...['-m', scratch('golden.netml'), '--json'],
      ]);
      const { flows, abnormal, unlabelled, evaluation } = JSON.parse(learned);
      expect({ flows, abnormal, unlabelled }).toEqual({ flows: 88, abnormal: 15, unlabelled: 108 });
      expect(evaluation.rows).toBe(30);
      expect(evaluation.auc, `${name} ${type}`).toBeCloseTo(golden, 12);
    }
  });
});
