import { addSettings, checkOnly, readSettings } from '@antinex/runtime/command';
import { type AddCommand, unlessInterrupted } from '../command.ts';
import { addPcapOption, readCaptureOptions } from '../options/captures.ts';
import { addVerbosity } from '../options/global.ts';
import { PACKETS_SETTINGS, VERBOSITY_SETTINGS } from '../options/settings.ts';

const EXAMPLES = `
Examples:
  netml packets --pcap traffic.pcap --output packets.csv
  netml packets --pcap monday.pcap tuesday.pcap -o packets.parquet
  tcpdump -w - | netml packets --lengths captured -o now.ndjson`;

interface Flags {
  readonly output?: string;
  readonly json?: boolean;
}

/** `netml packets`: a table of packets. */
export const addPackets: AddCommand = (program, context, done) => {
  const command = program
    .command('packets')
    .description("Write a table of packets, with the columns of netml's pcap2pandas");
  addPcapOption(command).option('-o, --output <FILE>', 'where to: .csv, .ndjson or .parquet');
  addVerbosity(command);
  addSettings(command, PACKETS_SETTINGS)
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const captures = readCaptureOptions(command);
      const { output, json = false } = command.optsWithGlobals<Flags>();
      const config = await readSettings(command, { ...VERBOSITY_SETTINGS, ...PACKETS_SETTINGS }, () => [
        ...captures.problems,
        ...(output === undefined ? ['--output: name the file that the table goes to'] : []),
      ]);
      if (config === undefined || (await checkOnly(command))) return;
      const { lengths, verbosity } = config.values;
      const { signal } = context;
      const run = async () => {
        const { writePackets } = await import('../write/write-packets.ts');
        return writePackets({
          captures: captures.options,
          lengths,
          output: output!,
          json,
          verbosity,
          signal,
        });
      };
      done(await unlessInterrupted(context, run));
    });
};
