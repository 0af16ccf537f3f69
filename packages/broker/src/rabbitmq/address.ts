import { maskSecrets, PipelineError } from '@antinex/runtime';
import type { Options } from 'amqplib';
import type { TlsOptions } from '../types.ts';
import { decodePart, wholeNumber } from '../url-options.ts';

/** Short enough to notice a cut network within half a minute, long enough for a busy process. */
const DEFAULT_HEARTBEAT_SECONDS = 10;
/** The protocol counts in 16 bits. */
const MAX_UINT16 = 65_535;
const KNOWN = ['heartbeat', 'prefetch', 'quorum'];

/** Where a broker is, as told by its URL. */
export interface Address {
  /** The URL for people to read. */
  readonly name: string;
  readonly secure: boolean;
  readonly connect: Options.Connect & { readonly hostname: string; readonly port: number };
  /** New queues are replicated ones. */
  readonly quorum: boolean;
  /** How many broker messages may come ahead of their settling; undefined: as many as fit. */
  readonly prefetch: number | undefined;
}

/**
 * Reads `amqp://user:password@host:port/vhost?heartbeat=10&prefetch=300&quorum=true`. The virtual host
 * is percent-encoded (`/%2F`); no path, `/` and, as kombu's users write it, `//` mean the host `/`.
 * TLS is spoken to `amqps:` and wherever TLS options are given, so that none is left out in silence.
 *
 * @throws PipelineError CONFIG_INVALID naming all that is wrong with it.
 */
export function parseAddress(url: URL, tls: TlsOptions | undefined): Address {
  const problems: string[] = [];
  const secure = url.protocol === 'amqps:' || Object.values(tls ?? {}).some((value) => value !== undefined);
  const address: Address = {
    name: maskSecrets(url.href),
    secure,
    connect: {
      protocol: secure ? 'amqps' : 'amqp',
      hostname: decodePart(url.hostname, problems).replace(/^\[(.*)\]$/, '$1') || 'localhost',
      port: url.port === '' ? (secure ? 5671 : 5672) : Number(url.port),
      username: url.username === '' ? 'guest' : decodePart(url.username, problems),
      password: url.username === '' ? 'guest' : decodePart(url.password, problems),
      vhost: encodeURIComponent(vhostOf(url, problems)),
      heartbeat: wholeNumber(url, 'heartbeat', 0, MAX_UINT16, problems) ?? DEFAULT_HEARTBEAT_SECONDS,
    },
    quorum: truth(url, 'quorum', problems),
    prefetch: wholeNumber(url, 'prefetch', 1, MAX_UINT16, problems),
  };
  for (const name of new Set(url.searchParams.keys())) {
    if (!KNOWN.includes(name)) problems.push(`there is no option "${name}", only ${KNOWN.join(', ')}`);
  }
  if (problems.length === 0) return address;
  throw new PipelineError('CONFIG_INVALID', { problems: problems.map((text) => `broker URL: ${text}`) });
}

function vhostOf({ pathname }: URL, problems: string[]): string {
  const path = decodePart(pathname.slice(1), problems);
  return path === '' ? '/' : path;
}

function truth(url: URL, name: string, problems: string[]): boolean {
  const text = url.searchParams.get(name) ?? 'false';
  if (text !== 'true' && text !== 'false') problems.push(`${name} "${text}": must be true or false`);
  return text === 'true';
}
