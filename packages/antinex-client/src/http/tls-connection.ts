import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { PipelineError, toPipelineError } from '@antinex/runtime';
import type { TlsOptions } from '../options.ts';

/**
 * What node:https needs to connect, with the files read.
 *
 * @throws PipelineError FILE_NOT_FOUND, FILE_UNREADABLE ... for a file that cannot be read;
 * CONFIG_INVALID for a folder without certificates.
 */
export async function tlsConnection(
  options: TlsOptions = {},
): Promise<SecureContextOptions & { rejectUnauthorized: boolean }> {
  const { caFile, certFile, keyFile, insecure } = options;
  return {
    ...(caFile !== undefined && { ca: await reading(caFile, readAuthorities) }),
    ...(certFile !== undefined && { cert: await reading(certFile, readFile) }),
    ...(keyFile !== undefined && { key: await reading(keyFile, readFile) }),
    rejectUnauthorized: insecure !== true,
  };
}

async function reading<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path);
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
}

async function readAuthorities(path: string): Promise<Buffer[]> {
  if (!(await stat(path)).isDirectory()) return [await readFile(path)];
  const names = (await readdir(path)).filter((name) => /\.(pem|crt|cer)$/.test(name)).sort();
  if (names.length === 0) {
    throw new PipelineError('CONFIG_INVALID', { problems: [`${path}: no .pem, .crt or .cer file in it`] });
  }
  return Promise.all(names.map((name) => readFile(join(path, name))));
}
