import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError, toPipelineError } from '@antinex/runtime';

const FILE = 'secret-key';
/** RFC 7518, 3.2: a key of HS256 is no shorter than its hash. */
export const SHORTEST_KEY = 32;

/**
 * The key that tokens are signed with: the one that was given, or one of the server's own, made the
 * first time and kept where nobody else can read it.
 *
 * @throws PipelineError CONFIG_INVALID for a file that holds no such key; as of one that cannot be read
 */
export async function openSecretKey(folder: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const path = join(folder, FILE);
  try {
    const key = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return writeNewKey(path);
    });
    if (key.length >= SHORTEST_KEY) return key;
    const problem = `${path} holds no key of ${SHORTEST_KEY} characters or more: remove it, and a new one is made`;
    throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
}

/** Whole or not at all: half a key would be one that can be guessed. */
async function writeNewKey(path: string): Promise<string> {
  const key = randomBytes(48).toString('base64url');
  const newPath = `${path}.new`;
  await rm(newPath, { force: true });
  const file = await open(newPath, 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(newPath, path);
  return key;
}
