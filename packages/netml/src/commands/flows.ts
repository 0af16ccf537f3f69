import { addSettings, checkOnly, readSettings } from '@antinex/runtime/command';
import { type AddCommand, unlessInterrupted } from '../command.ts';
import { addCaptureOptions, readCaptureOptions } from '../options/captures.ts';
import { addVerbosity } from '../options/global.ts';
import { FLOWS_SETTINGS, VERBOSITY_SETTINGS } from '../options/settings.ts';
import { flowsProblems } from '../write/flow-options.ts';

const EXAMPLES = `
Examples:
  netml flows --pcap traffic.pcap --set nfstream --output flows.csv
  netml flows --pcap monday.pcap tuesday.pcap --set cicflowmeter --label labels.csv -o week.parquet
  netml flows --pcap traffic.pcap --set nfstream --splt 20 --active-timeout 300 -o flows.ndjson
  tcpdump -w - | netml flows --set cicflowmeter --zero-for-none -o now.csv`;

interface Flags {
  readonly output?: string;
  readonly json?: boolean;
}

/** `netml flows`: a table of flows and their statistics. */
export const addFlows: AddCommand = (program, context, done) => {
  const command = program
    .command('flows')
    .description("Write a table of flows, with NFStream's or CICFlowMeter's statistics");
  addCaptureOptions(command).option('-o, --output <FILE>', 'where to: .csv, .ndjson, .parquet or .npy');
  addVerbosity(command);
  addSettings(command, FLOWS_SETTINGS)
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const captures = readCaptureOptions(command);
      const { output, json = false } = command.optsWithGlobals<Flags>();
      const config = await readSettings(command, { ...VERBOSITY_SETTINGS, ...FLOWS_SETTINGS }, (config) => [
        ...captures.problems,
        ...(output === undefined ? ['--output: name the file that the table goes to'] : []),
        ...(captures.options.label.length > 0 && /\.npy$/i.test(output ?? '')
          ? ['--label: a numpy array (.npy) holds no texts; name a .csv, .ndjson or .parquet file']
          : []),
        ...flowsProblems(config),
      ]);
      if (config === undefined || (await checkOnly(command))) return;
      const { values } = config;
      const { signal } = context;
      const told = { json, verbosity: values.verbosity, signal };
      const run = async () => {
        const { writeFlows } = await import('../write/write-flows.ts');
        return writeFlows({
          captures: captures.options,
          values,
          set: values.set!,
          output: output!,
          ...told,
        });
      };
      done(await unlessInterrupted(context, run));
    });
};
