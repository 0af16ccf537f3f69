import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type JobEngine, type JobEngineOptions, openJobEngine } from '../../../src/jobs/engine.ts';

/** A folder that is gone after the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'antinex-jobs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An engine that is closed after the test, over a folder of its own unless one is given. */
export async function openEngine(options: Partial<JobEngineOptions> = {}): Promise<JobEngine> {
  const dataDir = options.dataDir ?? (await testFolder());
  const engine = await openJobEngine({ datasetDirs: [], ...options, dataDir });
  onTestFinished(() => engine.close());
  return engine;
}

/** One engine for all tests of a file: threads take a while to start. */
export function sharedEngine(datasetDirs: readonly string[] = []): () => JobEngine {
  let engine: JobEngine;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'antinex-jobs-'));
    engine = await openJobEngine({ dataDir, datasetDirs });
  });
  afterAll(async () => {
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return () => engine;
}

export const DEFAULT = { compat: false } as const;
export const COMPAT = { compat: true } as const;

export interface TestRow {
  readonly [column: string]: number;
}

/** Rows whose label says whether `a` is above `b`; `c` is always 7. */
export function testRows(count: number): TestRow[] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [(i * 37) % 101, (i * 53) % 97];
    return { a, b, c: 7, label_value: a > b ? 1 : 0 };
  });
}

/** A request to learn it, with a model for each test. */
export const testRequest = (more: object = {}): Record<string, unknown> => ({
  label: expect.getState().currentTestName,
  predict_feature: 'label_value',
  features_to_process: ['a', 'b', 'c'],
  model_desc: {
    layers: [
      { num_neurons: 20, init: 'glorot_uniform', activation: 'relu' },
      { num_neurons: 1, init: 'glorot_uniform', activation: 'sigmoid' },
    ],
  },
  label_rules: { labels: ['not_attack', 'not_attack', 'attack'], label_values: [-1, 0, 1] },
  epochs: 60,
  num_splits: 2,
  seed: 42,
  predict_rows: testRows(300),
  ...more,
});

/** Rows as the text of a CSV file. */
export function csvOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const header = Object.keys(rows[0]);
  return [header, ...rows.map((row) => header.map((name) => row[name]))]
    .map((cells) => `${cells.join()}\n`)
    .join('');
}
