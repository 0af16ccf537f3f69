import { resolve } from 'node:path';
import { AtomicFile } from '@antinex/features';
import { PipelineError } from '@antinex/runtime';

/**
 * Finds out before all work what writing these files would say behind it. Nothing is left of it.
 *
 * @param inputs files that must not be written to, by whatever name
 * @throws PipelineError OUTPUT_UNWRITABLE, DISK_FULL, CONFIG_INVALID for two outputs in one file
 */
export async function checkOutputs(paths: readonly string[], inputs: readonly string[]): Promise<void> {
  const places = paths.map((path) => resolve(path));
  const twice = paths.find((_, i) => places.indexOf(places[i]) !== i);
  if (twice !== undefined)
    throw new PipelineError('CONFIG_INVALID', { problems: [`${twice} cannot be two outputs at once`] });
  for (const path of paths) await (await AtomicFile.create(path, inputs)).abort();
}
