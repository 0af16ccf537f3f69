import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { toPipelineError } from '@antinex/runtime';
import type { TlsOptions } from './types.ts';

/**
 * What node:tls needs to connect, with the files read. The server is verified, its name included,
 * unless `insecure` says otherwise.
 *
 * @throws PipelineError FILE_NOT_FOUND, FILE_UNREADABLE ... for a file that cannot be read.
 */
export async function tlsConnection(options: TlsOptions = {}): Promise<ConnectionOptions> {
  const { caFile, certFile, keyFile, servername, insecure } = options;
  return {
    ...(caFile !== undefined && { ca: await read(caFile) }),
    ...(certFile !== undefined && { cert: await read(certFile) }),
    ...(keyFile !== undefined && { key: await read(keyFile) }),
    ...(servername !== undefined && { servername }),
    rejectUnauthorized: insecure !== true,
  };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
}

const OF_TLS = /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|UNSUITABLE_)/;

/** Whether an error's code says that the two sides do not trust or understand each other: trying again will not help. */
export const isTlsFailure = (code: unknown): boolean => typeof code === 'string' && OF_TLS.test(code);
