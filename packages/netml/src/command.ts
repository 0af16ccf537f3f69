import { type Shutdown, signalExitCode } from '@antinex/runtime';
import type { Command } from 'commander';

/** What a command needs of the process it runs in. */
export interface Context {
  readonly signal: AbortSignal;
  readonly shutdown: Shutdown;
}

/**
 * How a command is added to the program; it reports its exit code through `done`. What a command does is
 * imported by its action: --help and mistakes are answered without loading the models.
 */
export type AddCommand = (program: Command, context: Context, done: (exitCode: number) => void) => void;

/** The exit code of work that nothing is left of when a signal ends it: the signal's, if one did. */
export async function unlessInterrupted(
  { signal, shutdown }: Context,
  work: () => Promise<number>,
): Promise<number> {
  let exitCode = 0;
  try {
    exitCode = await work();
  } catch (error) {
    if (!signal.aborted || (error as Error).name !== 'AbortError') throw error;
  }
  return shutdown.receivedSignal === undefined ? exitCode : signalExitCode(shutdown.receivedSignal);
}
