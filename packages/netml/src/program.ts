import { readFileSync } from 'node:fs';
import { ExitCode } from '@antinex/runtime';
import { createProgram, parseCommandLine } from '@antinex/runtime/command';
import type { Command } from 'commander';
import type { Context } from './command.ts';
import { addClassify } from './commands/classify.ts';
import { addCompletion } from './commands/completion.ts';
import { addFlows } from './commands/flows.ts';
import { addLearn } from './commands/learn.ts';
import { addPackets } from './commands/packets.ts';
import { addGlobalOptions } from './options/global.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const EXAMPLES = `
Examples:
  netml learn --pcap normal.pcap --algorithm kde --model normal.netml
  netml classify --model normal.netml --pcap today.pcap
  sudo netml classify --model normal.netml --device eth0
  netml flows --pcap today.pcap --set nfstream --output flows.csv`;

/** Parses the command line and runs the command it names; answers its exit code. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let exitCode: number = ExitCode.OK;
  const program = newProgram(context, (code) => {
    exitCode = code;
  });
  const usage = await parseCommandLine(program, argv.length === 2 ? [...argv, '--help'] : argv);
  return usage === ExitCode.OK ? exitCode : usage;
}

function newProgram(context: Context, done: (exitCode: number) => void): Command {
  const program = createProgram('netml', 'Flow features of captures, and detectors of novel flows', version);
  // What stands behind a command is that command's.
  addGlobalOptions(program).enablePositionalOptions().addHelpText('after', EXAMPLES);
  for (const add of [addLearn, addClassify, addFlows, addPackets, addCompletion]) add(program, context, done);
  return program;
}
