import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeError, ExitCode, toPipelineError } from '@antinex/runtime';
import { Receiver } from './consume/receiver.ts';
import { brokersOf, type ProcessorSpec } from './plan.ts';
import type { ProcessorConfig } from './settings.ts';

const BROKER_MS = 5000;

/**
 * What --check looks at: that the datasets' folders can be written to, whether the broker answers, and
 * whether AntiNex lets us in. What is away is only told: the processor waits for it, too.
 */
export async function checkProcessor(spec: ProcessorSpec, config: ProcessorConfig): Promise<void> {
  const { outputCsv, archiveJson, datasetDir } = config.values;
  const outputs = [outputCsv, archiveJson].filter((path) => path !== undefined);
  for (const path of outputs.length > 0 ? outputs : [join(datasetDir, 'x')]) {
    await access(dirname(path), constants.W_OK).catch((error) => {
      throw toPipelineError(error, { path: dirname(path), access: 'write' });
    });
  }
  for (const { url, options } of brokersOf(spec, config)) {
    try {
      const connecting = Receiver.connect({ ...options, url, onEvent: () => {} });
      await (await Promise.race([connecting, late(BROKER_MS)])).close();
    } catch (error) {
      const { line, exitCode } = describeError(error);
      if (exitCode === ExitCode.USAGE) throw error;
      process.stderr.write(`${spec.name}: warning: ${line}\n`);
    }
  }
  if (!config.values.antinexPublish) return;
  const { checkAntinex } = await import('./antinex/check.ts');
  await checkAntinex(config.values, (line) => process.stderr.write(`${spec.name}: warning: ${line}\n`));
}

const late = (ms: number): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`the broker does not answer within ${ms / 1000} s`)), ms).unref();
  });
