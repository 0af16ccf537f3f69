import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { COMPAT, DEFAULT, sharedEngine, testFolder } from './support/engine.ts';

const at = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const request = JSON.parse(readFileSync(at('examples/full-django.json'), 'utf8'));
const shared = sharedEngine([at('examples/datasets')]);

it("the example's dataset is what its program makes", async () => {
  const path = join(await testFolder(), 'again.csv');
  execFileSync(process.execPath, [at('examples/datasets/make-full-django.mjs'), path]);
  expect(readFileSync(path).equals(readFileSync(at('examples/datasets/full-django.csv')))).toBe(true);
});

it("the example's columns are those of the environment file", () => {
  const env = readFileSync(at('envs/antinex-dev.env'), 'utf8');
  expect(request.features_to_process.join()).toBe(/^ANTINEX_FEATURES_TO_PROCESS=(.*)$/m.exec(env)![1]);
});

it('the example is learned: better than always saying the same, and than any rule on one column', async () => {
  expect(shared().problemsOf(request)).toEqual([]);
  const told = await shared().runJob(request, DEFAULT);
  expect(told).toMatchObject({ trained: true, predictedRows: 5392, leftOffRows: 0 });
  const { baseline_accuracy: baseline, holdout } = told.accData as {
    baseline_accuracy: number;
    holdout: { accuracy: number; best_rule: { accuracy: number } };
  };
  expect(told.accuracy).toBeGreaterThan(baseline + 10);
  expect(holdout.accuracy).toBeGreaterThan(holdout.best_rule.accuracy + 3);
  expect(holdout.accuracy).toBeLessThan(95);
});

it('the example is learned in compat mode', async () => {
  const told = await shared().runJob(request, COMPAT);
  expect(told).toMatchObject({ trained: true, predictedRows: 5392 });
  expect(told.accuracy).toBeGreaterThan(80);
});
