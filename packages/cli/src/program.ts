import { readFileSync } from 'node:fs';
import { ExitCode } from '@antinex/runtime';
import { Command, CommanderError } from 'commander';
import type { Context } from './command.ts';
import { addDecode } from './commands/decode.ts';
import { addDevices } from './commands/devices.ts';
import { addFields } from './commands/fields.ts';
import { addRun } from './commands/run.ts';
import { print } from './print.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Parses the command line and runs the command it names; answers its exit code. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let exitCode: number = ExitCode.OK;
  const done = (code: number): void => {
    exitCode = code;
  };
  const printed: Promise<void>[] = [];
  const program = new Command('netpipe')
    .description('Capture network traffic and turn it into datasets')
    .version(version)
    .configureOutput({
      writeOut: (text) => void printed.push(print(text)),
      outputError: (text, write) => write(complaint(text)),
    })
    .exitOverride();
  for (const add of [addRun, addDecode, addFields, addDevices]) add(program, context, done);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed the help or the complaint; every complaint is a usage error.
    if (error.exitCode !== 0) exitCode = ExitCode.USAGE;
  }
  await Promise.all(printed);
  return exitCode;
}

/** Commander's complaint in the form of all our errors: one line, and what to do about it. */
function complaint(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, ' ');
  return `netpipe: ${line.replace(/^error: |\.$/g, '')}; --help shows what there is\n`;
}
