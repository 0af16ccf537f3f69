import { maskSecrets, PipelineError } from '@antinex/runtime';
import { parseBrokerUrl } from './broker-url.ts';
import { jsonCodec } from './json-codec.ts';
import { memoryDriver } from './memory.ts';
import type { Consumer, ConsumerOptions, Driver, Publisher, QueueOptions, ResolvedOptions } from './types.ts';

/** A driver is loaded when it is first used: programs that stay in their process start without it. */
type Load = () => Promise<Driver>;

const memory: Load = async () => memoryDriver;
const redis: Load = async () => (await import('./redis/driver.ts')).redisDriver;
const rabbitmq: Load = async () => (await import('./rabbitmq/driver.ts')).rabbitmqDriver;

/** URL scheme -> driver. */
const DRIVERS: ReadonlyMap<string, Load> = new Map([
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
  await find(url).load();
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
  return (await broker.load()).connectPublisher(broker.url, resolve(options));
}

/** As connectPublisher(), in order to receive. */
export async function connectConsumer<T>(
  url: string,
  options: ConsumerOptions<T> = {},
): Promise<Consumer<T>> {
  const broker = find(url);
  return (await broker.load()).connectConsumer(broker.url, {
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

function find(text: string): { load: Load; url: URL } {
  const url = parseBrokerUrl(text);
  const load = url && DRIVERS.get(url.protocol);
  if (load) return { load, url };
  throw new PipelineError('BROKER_UNSUPPORTED', { url: maskSecrets(text), supported: [...DRIVERS.keys()] });
}
