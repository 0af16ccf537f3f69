import { basename, dirname } from 'node:path';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import { KernelLock, lockName } from './kernel-lock.ts';

/**
 * Keeps a second processor from writing the same dataset: opening it would cut off what the first one
 * has not committed yet.
 *
 * @throws PipelineError OUTPUT_UNWRITABLE when another processor has it, or there is no such folder.
 */
export async function lockDataset(path: string): Promise<KernelLock> {
  const name = await lockName(dirname(path), basename(path)).catch((error) => {
    throw toPipelineError(error, { path, access: 'write' });
  });
  const lock = await KernelLock.tryTake(name);
  if (lock !== undefined) return lock;
  throw new PipelineError('OUTPUT_UNWRITABLE', { path, reason: 'another processor writes to it' });
}
