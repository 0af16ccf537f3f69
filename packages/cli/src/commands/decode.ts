import { openFileSource } from '@antinex/capture';
import { type SettingValues, signalExitCode } from '@antinex/runtime';
import { addSettings, checkOnly, print, readSettings } from '@antinex/runtime/command';
import type { AddCommand, Context } from '../command.ts';
import { LinesOutput } from '../lines-output.ts';
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
      done(await decodeFile(file, config.values, context));
    });
};

async function decodeFile(
  file: string,
  settings: SettingValues<typeof DECODE_SETTINGS>,
  { signal, shutdown }: Context,
): Promise<number> {
  const source = await openFileSource(file, { signal });
  const output = new LinesOutput(print, settings);
  let left = settings.count ?? Number.POSITIVE_INFINITY;
  try {
    await output.begin();
    for await (const packets of source) {
      await output.add(packets.slice(0, left));
      left -= packets.length;
      if (left <= 0) break;
    }
  } finally {
    await source.close();
  }
  return shutdown.receivedSignal === undefined ? 0 : signalExitCode(shutdown.receivedSignal);
}
