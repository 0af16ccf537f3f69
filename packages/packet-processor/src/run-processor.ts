import { readFileSync } from 'node:fs';
import { type Main, runMain } from '@antinex/runtime';
import {
  addSettings,
  checkOnly,
  createProgram,
  parseCommandLine,
  readSettings,
} from '@antinex/runtime/command';
import { checkProcessor } from './check.ts';
import type { ProcessorSpec } from './plan.ts';
import { processWith } from './process-with.ts';
import { PROCESSOR_SETTINGS, problemsOf } from './settings.ts';

const DESCRIPTION = 'Write the packets that agents publish to datasets';

const examplesOf = (name: string) => `
Examples:
  ${name}                                               # redis://localhost:6379/15 to ./netdata-<time>.csv
  ${name} --broker amqp://user:password@broker:5672 --output-csv packets.csv
  ${name} --env-file envs/pipeline-dev.env --rotate-size 1GB --http 127.0.0.1:9200
  ${name} --schema legacy --stop-after-num 10000 --output-csv legacy.csv`;

/** The packet-processor: parses the command line and runs until it is told to end. */
export async function runProcessor(spec: ProcessorSpec): Promise<void> {
  await runMain(mainOf(spec), { name: spec.name, signalIsCleanEnd: true });
}

function mainOf(spec: ProcessorSpec): Main {
  return async (signal) => {
    const packageUrl = new URL('../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(packageUrl, 'utf8')) as { version: string };
    const program = createProgram(spec.name, DESCRIPTION, version);
    addSettings(program, PROCESSOR_SETTINGS)
      .option('--json', 'print the summary at the end as JSON on standard output')
      .addHelpText('after', examplesOf(spec.name))
      .action(async ({ json }: { json?: boolean }) => {
        const config = await readSettings(program, PROCESSOR_SETTINGS, problemsOf);
        if (config === undefined || (await checkOnly(program, () => checkProcessor(spec, config)))) return;
        await processWith(spec, config, { signal, json: json === true });
      });
    return parseCommandLine(program, process.argv);
  };
}
