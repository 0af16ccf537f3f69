import type { Config } from '@antinex/runtime';
import { addSettings, checkOnly, readSettings } from '@antinex/runtime/command';
import type { AddCommand } from '../command.ts';
import { RUN_SETTINGS } from '../settings.ts';

type RunConfig = Config<typeof RUN_SETTINGS>;

const EXAMPLES = `
Examples:
  netpipe run --read traffic.pcap --output-csv packets.csv
  sudo netpipe run --device eth0 --filter 'tcp port 443' --duration 60s --output-csv packets.csv
  ssh host tcpdump -w - | netpipe run --read - --output-csv packets.csv --archive-json packets.json
  netpipe run --read traffic.pcap --schema legacy --output-csv legacy.csv`;

/** `netpipe run`: the whole pipeline in one process. */
export const addRun: AddCommand = (program, context, done) => {
  const command = program
    .command('run')
    .description(
      'Turn packets into a dataset: capture or read, decode, and write CSV and JSON, in one process',
    );
  addSettings(command, RUN_SETTINGS)
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: { json?: boolean }) => {
      const config = await readSettings(command, RUN_SETTINGS, problemsOf);
      if (config === undefined || (await checkOnly(command))) return;
      const { runToDataset } = await import('../run-to-dataset.ts');
      done(await runToDataset(config.values, options.json === true, context));
    });
};

/** Flags that contradict each other. Variables do not: they stand there for other runs too. */
function problemsOf({ values, origins }: RunConfig): string[] {
  const live = (['device', 'filter', 'bufferMb', 'backend', 'user'] as const).map((name) => origins[name]);
  const unused = values.read === undefined ? [] : live.filter((origin) => origin.startsWith('--'));
  const outputs = [values.outputCsv, values.archiveJson];
  return [
    ...unused.map((flag) => `${flag} is for live captures and not for --read`),
    ...(outputs.includes('-')
      ? ['a dataset cannot be written to standard output; netpipe decode prints it']
      : []),
  ];
}
