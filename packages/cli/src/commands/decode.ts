import { addSettings, checkOnly, readSettings } from '@antinex/runtime/command';
import type { AddCommand } from '../command.ts';
import { DECODE_SETTINGS } from '../settings.ts';

const EXAMPLES = `
Examples:
  netpipe decode traffic.pcap | head -1
  netpipe decode traffic.pcapng --format csv > packets.csv
  tcpdump -w - -i eth0 | netpipe decode - --payload-bytes 0
  netpipe decode traffic.pcap --schema legacy`;

/** `netpipe decode FILE`: a line for each frame on standard output. */
export const addDecode: AddCommand = (program, context, done) => {
  const command = program
    .command('decode')
    .description('Print a line for each frame of a capture (pcap or pcapng, gzip too; - is standard input)')
    .argument('<FILE>', 'the capture, or - for standard input');
  addSettings(command, DECODE_SETTINGS)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string) => {
      const config = await readSettings(command, DECODE_SETTINGS);
      if (config === undefined || (await checkOnly(command))) return;
      const { decodeFile } = await import('../decode-file.ts');
      done(await decodeFile(file, config.values, context));
    });
};
