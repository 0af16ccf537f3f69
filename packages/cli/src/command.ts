import type { Shutdown } from '@antinex/runtime';
import type { Command } from 'commander';

/** What a command needs of the process it runs in. */
export interface Context {
  readonly signal: AbortSignal;
  readonly shutdown: Shutdown;
}

/**
 * How a command is added to the program; it reports its exit code through `done`. What a command does is
 * imported by its action: --help and mistakes are answered without loading the pipeline.
 */
export type AddCommand = (program: Command, context: Context, done: (exitCode: number) => void) => void;
