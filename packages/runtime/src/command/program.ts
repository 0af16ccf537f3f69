import { Command, CommanderError } from 'commander';
import { ExitCode } from '../errors.ts';
import { print } from './print.ts';

const printing = new WeakMap<Command, Promise<void>[]>();

/** A commander program that prints as all of ours do: help on standard output, complaints as one line. */
export function createProgram(name: string, description: string, version: string): Command {
  const printed: Promise<void>[] = [];
  const program = new Command(name)
    .description(description)
    .version(version)
    .configureOutput({
      writeOut: (text) => void printed.push(print(text)),
      outputError: (text, write) => write(complaint(name, text)),
    })
    .exitOverride();
  printing.set(program, printed);
  return program;
}

/**
 * Parses a command line and runs the action it names. Answers USAGE where commander complained, OK
 * otherwise; what the action throws is thrown.
 */
export async function parseCommandLine(program: Command, argv: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.OK;
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed the help or the complaint; every complaint is a usage error.
    if (error.exitCode !== 0) exitCode = ExitCode.USAGE;
  }
  await Promise.all(printing.get(program) ?? []);
  return exitCode;
}

/** Commander's complaint in the form of all our errors: one line, and what to do about it. */
function complaint(name: string, text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, ' ');
  return `${name}: ${line.replace(/^error: |\.$/g, '')}; --help shows what there is\n`;
}
