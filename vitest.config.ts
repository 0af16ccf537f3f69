import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/longest-first.ts';

/** Unit tests need no build: workspace packages are their sources. Others run programs, and need one. */
const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'] } };

/**
 * Packages whose tests start no servers and change nothing of their process: these can share one. Those of
 * netml give up root, and others would skip what needs it.
 */
const FILES_ONLY = ['decoder', 'pcap-file', 'dataset', 'features', 'models'].map(
  (name) => `packages/${name}/test/**/*.test.ts`,
);
const NAMESPACES = 'packages/*/test/e2e/**';

/** Node loads what is built as it is, quicker than vitest does. */
const server = { deps: { external: [/\/packages\/[^/]+\/dist\//] } };

/** Tests that send so many packets a second. */
const RATES = ['packages/*/test/e2e/*-rate*.test.ts'];

/** Programs run as they were built last. */
const globalSetup = 'scripts/bundle.mjs';

/** A busy machine is slow; what is waited for comes all the same. */
const PATIENT = { poll: { timeout: 20_000 } };

export default defineConfig({
  test: {
    // Functional tests mostly wait for servers and children of theirs: three more than there are cores.
    maxWorkers: availableParallelism() + 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['packages/*/src/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          // Property tests are quick, but not on a machine that has other work.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'functional',
          globalSetup,
          server,
          sequence: { groupOrder: 1 },
          include: ['packages/*/test/**/*.test.ts'],
          exclude: [NAMESPACES, ...FILES_ONLY],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'files',
          globalSetup,
          sequence: { groupOrder: 1 },
          include: FILES_ONLY,
          exclude: [NAMESPACES],
          isolate: false,
          setupFiles: ['scripts/fresh-modules.mjs'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup,
          server,
          sequence: { groupOrder: 2 },
          include: ['packages/*/test/e2e/**/*.test.ts'],
          exclude: RATES,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENT,
          maxWorkers: availableParallelism() + 2,
        },
      },
      {
        test: {
          name: 'rate',
          globalSetup,
          server,
          // Alone: what is sent at a rate has to be received at that rate.
          sequence: { groupOrder: 3 },
          include: RATES,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENT,
          fileParallelism: false,
        },
      },
    ],
  },
});
