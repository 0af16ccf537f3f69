import { addFlags } from '@antinex/runtime/command';
import type { Command } from 'commander';
import { addAlias } from './alias.ts';
import { GLOBAL_SETTINGS, VERBOSITY_SETTINGS } from './settings.ts';

/** Adds netml's options that may stand in front of a command or behind it. */
export function addGlobalOptions(command: Command): Command {
  const { verbosity: _, ...settings } = GLOBAL_SETTINGS;
  addFlags(addVerbosity(command), settings);
  addAlias(command, '--seed <N>', 'randomState', 'the same as --random-state');
  return command;
}

/** Adds those that say how much is told. */
export function addVerbosity(command: Command): Command {
  addFlags(command, VERBOSITY_SETTINGS);
  const verbosity = command.options.find(({ long }) => long === '--verbosity')!;
  verbosity.short = '-v';
  verbosity.flags = `-v, ${verbosity.flags}`;
  return command
    .option('--tb', 'show where in the program an unexpected error comes from')
    .on('option:tb', () => {
      process.env.LOG_LEVEL = 'debug';
    });
}
