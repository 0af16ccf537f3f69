import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { onDisk, syncFolder } from '@antinex/runtime';

const draftOf = (path: string): string => `${path}.draft`;

/** Writes, durably, the text that `publishDraft` is to put in the place of a file. */
export async function writeDraft(path: string, text: string): Promise<void> {
  const draft = draftOf(path);
  try {
    await onDisk(path, async () => {
      const handle = await open(draft, 'w');
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Replaces a file by its draft at once: after a crash there is the one or the other. */
export function publishDraft(path: string): Promise<void> {
  return onDisk(path, async () => {
    await rename(draftOf(path), path);
    await syncFolder(dirname(path));
  });
}

/**
 * Replaces a file by another text, durably: after a crash there is the one or the other.
 *
 * @throws PipelineError DISK_FULL, OUTPUT_UNWRITABLE.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeDraft(path, text);
  await publishDraft(path);
}
