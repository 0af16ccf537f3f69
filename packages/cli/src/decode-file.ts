import { openFileSource } from '@antinex/capture';
import { type SettingValues, signalExitCode } from '@antinex/runtime';
import { print } from '@antinex/runtime/command';
import type { Context } from './command.ts';
import { LinesOutput } from './lines-output.ts';
import type { DECODE_SETTINGS } from './settings.ts';

/** Prints a line for each frame of a capture; answers the exit code. */
export async function decodeFile(
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
