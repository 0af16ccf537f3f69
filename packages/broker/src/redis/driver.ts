import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { PipelineError } from '@antinex/runtime';
import { type ConsumerOptions, type Driver, deadLetterQueue, type ResolvedOptions } from '../types.ts';
import { type Address, parseAddress } from './address.ts';
import { BatchOutbound } from './batch-outbound.ts';
import { Connection } from './connection.ts';
import { RedisConsumer } from './consumer.ts';
import { KombuOutbound } from './kombu-outbound.ts';
import { KombuSource } from './kombu-source.ts';
import { RedisPublisher } from './publisher.ts';
import { makeStringsQuick } from './quick-strings.ts';
import { StreamSource } from './stream-source.ts';
import { streamsOf } from './streams.ts';

// ioredis is loaded now.
makeStringsQuick();

/**
 * Redis 6.2 or later, at the URLs that parseAddress() tells: streams with a consumer group on the batch
 * wire, lists on the kombu wire. Confirmed is what the server answered; whether that survives the
 * server's own crash is up to its persistence (all of it with `appendfsync always`, up to two seconds
 * less with `everysec`) and replication.
 */
export const redisDriver: Driver = {
  async connectPublisher(url, options) {
    const connection = await Connection.open(addressOf(url, options), options);
    const { queue, codec } = options;
    return options.wire === 'kombu'
      ? RedisPublisher.open(queue, connection, new KombuOutbound(connection, options))
      : RedisPublisher.open(queue, connection, new BatchOutbound(connection, queue, codec));
  },

  async connectConsumer(url, options) {
    const address = addressOf(url, options);
    const connection = await Connection.open(address, options);
    const { queue, maxUnsettled, autoAck } = options;
    const parts = { queue, maxUnsettled, autoAck, connection };
    const name = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
    return options.wire === 'kombu'
      ? RedisConsumer.open({ ...parts, sources: [new KombuSource(connection, options, name)] })
      : RedisConsumer.open({ ...parts, sources: await streamSources(connection, options, name) });
  },
};

async function streamSources<T>(
  connection: Connection,
  options: ResolvedOptions<ConsumerOptions<T>>,
  consumer: string,
): Promise<StreamSource<T>[]> {
  const { address } = connection;
  const { queue, tls, codec, onEvent } = options;
  const deadStreams = streamsOf(deadLetterQueue(queue), address);
  const opening = streamsOf(queue, address).map(async (stream, shard) => {
    // What happens to it happens to the other connection as well, which tells.
    const reader = await Connection.open(address, { tls, onEvent: () => {} });
    return new StreamSource(connection, reader, {
      stream,
      deadStream: deadStreams[shard],
      consumer,
      codec,
      onEvent,
    });
  });
  const sources = await Promise.allSettled(opening);
  const failed = sources.find((source) => source.status === 'rejected');
  const opened = sources.flatMap((source) => (source.status === 'fulfilled' ? [source.value] : []));
  if (!failed) return opened;
  for (const source of opened) source.close();
  connection.close();
  throw failed.reason;
}

function addressOf(url: URL, { tls, wire }: Pick<ResolvedOptions<ConsumerOptions>, 'tls' | 'wire'>): Address {
  const address = parseAddress(url, tls);
  if (wire !== 'kombu' || address.kind !== 'cluster') return address;
  // Neither does kombu itself: its keys lie on different servers there.
  const problem = 'the kombu wire does not work on a Redis Cluster; use one server, or the batch wire';
  throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
}
