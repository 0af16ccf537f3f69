import { readFileSync } from 'node:fs';
import { ExitCode } from '@antinex/runtime';
import { createProgram, parseCommandLine } from '@antinex/runtime/command';
import type { Context } from './command.ts';
import { addDecode } from './commands/decode.ts';
import { addDevices } from './commands/devices.ts';
import { addFields } from './commands/fields.ts';
import { addRun } from './commands/run.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Parses the command line and runs the command it names; answers its exit code. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let exitCode: number = ExitCode.OK;
  const done = (code: number): void => {
    exitCode = code;
  };
  const program = createProgram('netpipe', 'Capture network traffic and turn it into datasets', version);
  for (const add of [addRun, addDecode, addFields, addDevices]) add(program, context, done);
  const usage = await parseCommandLine(program, argv);
  return usage === ExitCode.OK ? exitCode : usage;
}
