import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BrokerChoice } from '@antinex/broker';
import { describeError, ExitCode, maskSecrets, toPipelineError, within } from '@antinex/runtime';
import { Receiver } from './consume/receiver.ts';
import { brokersOf, type ProcessorSpec } from './plan.ts';
import type { ProcessorConfig } from './settings.ts';

const BROKER_MS = 5000;

/**
 * What --check looks at: that the datasets' folders can be written to, whether the broker answers, and
 * whether AntiNex lets us in. What is away is only told: the processor waits for it, too.
 */
export async function checkProcessor(spec: ProcessorSpec, config: ProcessorConfig): Promise<void> {
  const warn = (text: string) => void process.stderr.write(`${spec.name}: warning: ${text}\n`);
  const { outputCsv, archiveJson, datasetDir } = config.values;
  const outputs = [outputCsv, archiveJson].filter((path) => path !== undefined);
  for (const path of outputs.length > 0 ? outputs : [join(datasetDir, 'x')]) {
    await access(dirname(path), constants.W_OK).catch((error) => {
      throw toPipelineError(error, { path: dirname(path), access: 'write' });
    });
  }
  // The same broker may be asked for in the form of each wire.
  const warnings = await Promise.all(brokersOf(spec, config).map(warningOf));
  for (const text of new Set(warnings)) if (text !== undefined) warn(text);
  if (!config.values.antinexPublish) return;
  const { checkAntinex } = await import('./antinex/check.ts');
  await checkAntinex(config.values, warn);
}

async function warningOf({ url, options }: BrokerChoice): Promise<string | undefined> {
  try {
    const receiver = await within(BROKER_MS, Receiver.connect({ ...options, url, onEvent: () => {} }));
    await receiver?.close();
    return receiver === undefined ? `${maskSecrets(url)}: the broker does not answer` : undefined;
  } catch (error) {
    const { line, exitCode } = describeError(error);
    if (exitCode === ExitCode.USAGE) throw error;
    return line;
  }
}
