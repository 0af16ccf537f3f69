import { isIPv6 } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { PipelineError } from './errors.ts';

/** Where a server listens. */
export interface ListenAddress {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

const DEFAULT_HOST = '127.0.0.1';
const ADDRESS = /^(?:(?:\[([^\]]+)\]|([^\s:[\]/]+))?:)?(\d{1,5})$/;

/**
 * Reads `127.0.0.1:9100`, `localhost:9100`, `[::1]:9100`, `:9100` or `9100`. A port alone is one of
 * 127.0.0.1: to be reached from other hosts takes a host, `0.0.0.0:9100` or `[::]:9100`.
 *
 * @param origin where the text came from, for the error: `--http`, `env HTTP`.
 * @throws PipelineError CONFIG_INVALID.
 */
export function parseListenAddress(text: string, origin: string): ListenAddress {
  const [, ipv6, name = DEFAULT_HOST, digits] = ADDRESS.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (!(port <= 65_535) || (ipv6 !== undefined && !isIPv6(ipv6))) {
    const problem = `${origin} "${text}": must be HOST:PORT, [IPV6]:PORT or PORT`;
    throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
  }
  return { host: ipv6 ?? name, port };
}

/** `host:port`, with brackets around IPv6. */
export const formatListenAddress = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The catalogue's error for a server that could not listen there. */
export function listenFailure(error: unknown, address: ListenAddress): PipelineError {
  const { errno = 0, message } = error as NodeJS.ErrnoException;
  const reason = getSystemErrorMap().get(errno)?.[1] ?? message;
  return new PipelineError(
    'LISTEN_FAILED',
    { address: formatListenAddress(address), reason },
    { cause: error },
  );
}
