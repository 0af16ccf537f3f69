import { readFile, stat } from 'node:fs/promises';
import { PipelineError, toPipelineError } from '@antinex/runtime';

/** Plenty for parameters; of a larger text the YAML library can take seconds, or run out of memory. */
const MAX_BYTES = 16 * 1024;

/**
 * What --param says: the path of a YAML or JSON file, or such a text itself. Whether an algorithm has such
 * parameters is not looked at.
 *
 * @throws PipelineError CONFIG_INVALID, or as of a file that cannot be read
 */
export async function readParam(param: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  if (param === undefined) return {};
  const isFile = await namesFile(param);
  const invalid = (reason: string) =>
    new PipelineError('CONFIG_INVALID', { problems: [`--param${isFile ? ` ${param}` : ''}: ${reason}`] });
  const text = isFile ? await readSmall(param) : param;
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalid(`it is longer than ${MAX_BYTES} bytes`);
  // Loaded when it is needed: it takes longer than all the rest.
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw invalid(`neither YAML nor JSON: ${(error as Error).message.split('\n')[0]}`);
  }
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid("must be names with values, such as '{nu: 0.1, gamma: auto}', or a file of them");
}

/** What looks like no text of parameters is a path, also of a file that is not there. */
async function namesFile(param: string): Promise<boolean> {
  if (/^[^:{}\n]*\.(ya?ml|json)$/i.test(param)) return true;
  return stat(param).then(
    (there) => there.isFile(),
    () => false,
  );
}

async function readSmall(path: string): Promise<string> {
  try {
    if ((await stat(path)).size <= MAX_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
  throw new PipelineError('FILE_UNREADABLE', { path, reason: `it is larger than ${MAX_BYTES} bytes` });
}
