import { maskSecrets, PipelineError } from '@antinex/runtime';
import { memoryDriver } from './memory.ts';
import type { Consumer, ConsumerOptions, Driver, Publisher, QueueOptions } from './types.ts';

/** URL scheme -> driver. */
const DRIVERS: ReadonlyMap<string, Driver> = new Map([['memory:', memoryDriver]]);

const DEFAULT_QUEUE = 'NEW_PACKETS';
const DEFAULT_MAX_UNSETTLED = 65_536;

/**
 * Connects to a queue of the broker at `url` in order to publish: `memory:` or `memory:?capacity=4096`.
 *
 * @throws PipelineError BROKER_UNSUPPORTED when no driver knows the URL.
 */
export async function connectPublisher<T>(url: string, options: QueueOptions = {}): Promise<Publisher<T>> {
  const broker = find(url);
  return broker.driver.connectPublisher(broker.url, { queue: options.queue ?? DEFAULT_QUEUE });
}

/** As connectPublisher(), in order to receive. */
export async function connectConsumer<T>(url: string, options: ConsumerOptions = {}): Promise<Consumer<T>> {
  const broker = find(url);
  return broker.driver.connectConsumer(broker.url, {
    queue: options.queue ?? DEFAULT_QUEUE,
    maxUnsettled: options.maxUnsettled ?? DEFAULT_MAX_UNSETTLED,
    autoAck: options.autoAck ?? false,
  });
}

function find(text: string): { driver: Driver; url: URL } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const driver = url && DRIVERS.get(url.protocol);
  if (driver) return { driver, url };
  throw new PipelineError('BROKER_UNSUPPORTED', { url: maskSecrets(text), supported: [...DRIVERS.keys()] });
}
