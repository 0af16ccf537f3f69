import { maskSecrets, PipelineError } from '@antinex/runtime';
import { parseBrokerUrl } from './broker-url.ts';
import { jsonCodec } from './json-codec.ts';
import { memoryDriver } from './memory.ts';
import { parseAddress as parseRabbitmqAddress } from './rabbitmq/address.ts';
import { parseAddress as parseRedisAddress } from './redis/address.ts';
import type {
  BrokerHost,
  Consumer,
  ConsumerOptions,
  Driver,
  Publisher,
  QueueOptions,
  ResolvedOptions,
  TlsOptions,
} from './types.ts';

interface Kind {
  /** A driver is loaded when it is first used: programs that stay in their process start without it. */
  readonly load: () => Promise<Driver>;
  readonly hosts: (url: URL, tls: TlsOptions | undefined) => readonly BrokerHost[];
}

const memory: Kind = { load: async () => memoryDriver, hosts: () => [] };
const redis: Kind = {
  load: async () => (await import('./redis/driver.ts')).redisDriver,
  hosts: (url, tls) => parseRedisAddress(url, tls).hosts,
};
const rabbitmq: Kind = {
  load: async () => (await import('./rabbitmq/driver.ts')).rabbitmqDriver,
  hosts: (url, tls) => {
    const { hostname, port } = parseRabbitmqAddress(url, tls).connect;
    return [{ host: hostname, port }];
  },
};

/** URL scheme -> kind of broker. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['memory:', memory],
  ['redis:', redis],
  ['rediss:', redis],
  ['redis+sentinel:', redis],
  ['rediss+sentinel:', redis],
  ['redis+cluster:', redis],
  ['rediss+cluster:', redis],
  ['amqp:', rabbitmq],
  ['amqps:', rabbitmq],
  ['rabbitmq:', rabbitmq],
  ['pyamqp:', rabbitmq],
]);

const DEFAULT_QUEUE = 'NEW_PACKETS';
const DEFAULT_MAX_UNSETTLED = 65_536;

/**
 * Loads the driver of the broker at `url`, for a program that may not read its own files later on.
 *
 * @throws PipelineError BROKER_UNSUPPORTED when no driver knows the URL.
 */
export async function loadDriver(url: string): Promise<void> {
  await find(url).kind.load();
}

/**
 * Hosts and ports that the broker at `url` is looked for at, with the defaults filled in; none for one
 * inside this process. Of a cluster and of sentinels those the URL names: they may name others.
 *
 * @throws PipelineError BROKER_UNSUPPORTED, CONFIG_INVALID.
 */
export function brokerHosts(url: string, tls?: TlsOptions): readonly BrokerHost[] {
  const broker = find(url);
  return broker.kind.hosts(broker.url, tls);
}

/**
 * Connects to a queue of the broker at `url` in order to publish: `memory:`, `redis://host:6379/15`,
 * `amqp://user:password@host:5672/vhost` and the other schemes of README.md.
 *
 * @throws PipelineError BROKER_UNSUPPORTED when no driver knows the URL, BROKER_UNREACHABLE,
 * BROKER_REFUSED, CONFIG_INVALID.
 */
export async function connectPublisher<T>(url: string, options: QueueOptions<T> = {}): Promise<Publisher<T>> {
  const broker = find(url);
  return (await broker.kind.load()).connectPublisher(broker.url, resolve(options));
}

/** As connectPublisher(), in order to receive. */
export async function connectConsumer<T>(
  url: string,
  options: ConsumerOptions<T> = {},
): Promise<Consumer<T>> {
  const broker = find(url);
  return (await broker.kind.load()).connectConsumer(broker.url, {
    ...resolve(options),
    maxUnsettled: options.maxUnsettled ?? DEFAULT_MAX_UNSETTLED,
    autoAck: options.autoAck ?? false,
  });
}

function resolve<T>(options: QueueOptions<T>): ResolvedOptions<QueueOptions<T>> {
  const queue = options.queue ?? DEFAULT_QUEUE;
  return {
    queue,
    wire: options.wire ?? 'batch',
    exchange: options.exchange ?? queue,
    routingKey: options.routingKey ?? queue,
    codec: options.codec ?? jsonCodec<T>(),
    tls: options.tls,
    onEvent: options.onEvent ?? (() => {}),
  };
}

function find(text: string): { kind: Kind; url: URL } {
  const url = parseBrokerUrl(text);
  const kind = url && KINDS.get(url.protocol);
  if (kind) return { kind, url };
  throw new PipelineError('BROKER_UNSUPPORTED', { url: maskSecrets(text), supported: [...KINDS.keys()] });
}
