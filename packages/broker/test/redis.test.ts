import { afterAll, beforeAll, describe } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import { describeConformance } from './conformance.ts';
import { RedisServer, redisMissing, startCluster } from './servers/redis-server.ts';

const CAPACITY = 64;
const missing = redisMissing();

describe.skipIf(missing)(missing ?? 'redis', () => {
  const servers: RedisServer[] = [];
  let url = '';
  let clusterUrl = '';

  beforeAll(async () => {
    const [server, ...nodes] = [await RedisServer.start(), ...(await startCluster())];
    servers.push(server, ...nodes);
    url = server.url('/15');
    clusterUrl = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  describeConformance({
    name: 'redis batch',
    keepsBatches: true,
    capacity: CAPACITY,
    connectPublisher: (options) => connectPublisher(`${url}?maxlen=${CAPACITY}`, options),
    connectConsumer: (options) => connectConsumer(`${url}?maxlen=${CAPACITY}`, options),
  });

  describeConformance({
    name: 'redis kombu',
    keepsBatches: false,
    capacity: CAPACITY,
    connectPublisher: (options) =>
      connectPublisher(`${url}?maxlen=${CAPACITY}`, { ...options, wire: 'kombu' }),
    connectConsumer: (options) => connectConsumer(`${url}?maxlen=${CAPACITY}`, { ...options, wire: 'kombu' }),
  });

  describeConformance({
    name: 'redis cluster, three shards',
    keepsBatches: true,
    capacity: CAPACITY,
    connectPublisher: (options) => connectPublisher(`${clusterUrl}?shards=3&maxlen=${CAPACITY}`, options),
    connectConsumer: (options) => connectConsumer(`${clusterUrl}?shards=3&maxlen=${CAPACITY}`, options),
  });
});
