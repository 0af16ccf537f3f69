import type { Driver } from '../types.ts';
import { parseAddress } from './address.ts';
import { RabbitmqConsumer } from './consumer.ts';
import { RabbitmqPublisher } from './publisher.ts';

/**
 * RabbitMQ, and what else speaks AMQP 0-9-1: `amqp://`, `amqps://`, and `rabbitmq://` and `pyamqp://` as
 * kombu's users write them; parseAddress() has the options.
 *
 * Batches have the durable queue `<queue>.batch`, one broker message for each publish: NDJSON, its number
 * of messages in the header `count`. What is rejected or cannot be read goes to `<queue>.dead`, bytes
 * intact, with the headers `reason` and `queue`; when a connection is lost at that moment, twice.
 * Bounded memory: a publisher has up to 16 MiB and one batch under way; a consumer holds the broker
 * messages that its prefetch lets come (maxUnsettled / 256 batches, or maxUnsettled single messages), of
 * at most the broker's max_message_size each.
 */
export const rabbitmqDriver: Driver = {
  async connectPublisher(url, options) {
    return RabbitmqPublisher.open(parseAddress(url, options.tls), options);
  },
  async connectConsumer(url, options) {
    return RabbitmqConsumer.open(parseAddress(url, options.tls), options);
  },
};
