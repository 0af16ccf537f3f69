import { maskSecrets, PipelineError } from '@antinex/runtime';
import type { BrokerHost, TlsOptions } from '../types.ts';
import { decodePart, wholeNumber } from '../url-options.ts';

const DEFAULT_PORT = { server: 6379, cluster: 6379, sentinel: 26_379 };
const DEFAULT_GROUP = 'packet-processor';
const MAX_SHARDS = 64;
const MAX_LENGTH = 1_000_000_000;
const MAX_SECONDS = 1_000_000;

/** Where a Redis is and how its queues are used, as told by its URL. */
export interface Address {
  /** The URL for people to read. */
  readonly name: string;
  readonly kind: 'server' | 'cluster' | 'sentinel';
  readonly hosts: readonly BrokerHost[];
  /** What the sentinels call the server. */
  readonly master: string | undefined;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly secure: boolean;
  readonly group: string;
  readonly shards: number;
  /** How many broker messages may wait in a queue before publishers have to; undefined: the wire's default. */
  readonly maxLength: number | undefined;
  readonly claimIdleSeconds: number;
  readonly visibilityTimeoutSeconds: number;
}

/**
 * Reads the URLs of Redis, TLS with `rediss`:
 *
 *     redis://user:password@host:6379/15
 *     redis+sentinel://host:26379,host:26379/master/15
 *     redis+cluster://host:7000,host:7001
 *
 * and their options: `group` (of consumers, packet-processor), `shards` (streams a queue is spread
 * over, 1; the same for all who use the queue), `maxlen` (broker messages that may wait),
 * `claim_idle` (seconds after which entries of a silent consumer go to another, 30),
 * `visibility_timeout` (the same for kombu, 3600).
 * TLS is also spoken wherever TLS options are given, so that none is left out in silence.
 *
 * @throws PipelineError CONFIG_INVALID naming all that is wrong with it.
 */
export function parseAddress(url: URL, tls: TlsOptions | undefined): Address {
  const problems: string[] = [];
  const option = (name: string, least: number, most: number) => wholeNumber(url, name, least, most, problems);
  const scheme = url.protocol.slice(0, -1);
  const kind = scheme.endsWith('cluster') ? 'cluster' : scheme.endsWith('sentinel') ? 'sentinel' : 'server';
  const path = decodePart(url.pathname.slice(1), problems).split('/');
  const others = url.searchParams.getAll('node');
  if (kind === 'server' && others.length > 0) problems.push('several hosts need redis+cluster or +sentinel');
  if (kind === 'sentinel' && !path[0]) problems.push('name the master: redis+sentinel://host/master/0');
  const address: Address = {
    name: maskSecrets(url.href),
    kind,
    hosts: [url.host || 'localhost', ...others].map((text) => host(text, DEFAULT_PORT[kind], problems)),
    master: kind === 'sentinel' ? path[0] : undefined,
    database: database(kind === 'sentinel' ? path.slice(1) : path, kind, problems),
    username: decodePart(url.username, problems) || undefined,
    password: decodePart(url.password, problems) || undefined,
    secure: scheme.startsWith('rediss') || Object.values(tls ?? {}).some((value) => value !== undefined),
    group: url.searchParams.get('group') || DEFAULT_GROUP,
    shards: option('shards', 1, MAX_SHARDS) ?? 1,
    maxLength: option('maxlen', 1, MAX_LENGTH),
    claimIdleSeconds: option('claim_idle', 1, MAX_SECONDS) ?? 30,
    visibilityTimeoutSeconds: option('visibility_timeout', 1, MAX_SECONDS) ?? 3600,
  };
  for (const name of new Set(url.searchParams.keys())) {
    if (!KNOWN.includes(name)) {
      problems.push(`there is no option "${name}", only ${KNOWN.slice(1).join(', ')}`);
    }
  }
  if (problems.length === 0) return address;
  throw new PipelineError('CONFIG_INVALID', { problems: problems.map((text) => `broker URL: ${text}`) });
}

const KNOWN = ['node', 'group', 'shards', 'maxlen', 'claim_idle', 'visibility_timeout'];
const HOST = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i;

function host(text: string, defaultPort: number, problems: string[]): BrokerHost {
  const [, ipv6, name, port] = HOST.exec(text) ?? [];
  const number = port === undefined ? defaultPort : Number(port);
  if ((ipv6 ?? name) === undefined || number < 1 || number > 65_535) {
    problems.push(`"${text}" is no host, nor host:port`);
  }
  return { host: decodePart(ipv6 ?? name ?? '', problems), port: number };
}

function database(path: readonly string[], kind: Address['kind'], problems: string[]): number {
  const text = path.join('/');
  if (text === '') return 0;
  if (!/^\d{1,5}$/.test(text)) problems.push(`database "${text}": must be a number, as in redis://host/0`);
  if (kind === 'cluster' && Number(text) !== 0) problems.push('a Redis Cluster has database 0 only');
  return Number(text);
}
