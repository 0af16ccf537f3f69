import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { PipelineError, toPipelineError } from '@antinex/runtime';

/** Writes a file, whole or not at all. @throws PipelineError, as of a file that cannot be written */
export async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw toPipelineError(error, { path, access: 'write' });
  }
}

/** @throws PipelineError MODEL_FILE_UNUSABLE for a larger file, or as of a file that cannot be read */
export async function readWhole(path: string, maxBytes: number): Promise<Buffer> {
  let bytes: Buffer | undefined;
  try {
    if ((await stat(path)).size <= maxBytes) bytes = await readFile(path);
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
  if (bytes) return bytes;
  throw new PipelineError('MODEL_FILE_UNUSABLE', { path, reason: tooLarge(maxBytes) });
}

export const tooLarge = (maxBytes: number) => `it is larger than ${maxBytes} bytes`;
