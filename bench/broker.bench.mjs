/**
 * Packets per second through a private Redis, publisher and consumer in this one process.
 * Run after `npm run build`: node bench/broker.bench.mjs [packets]
 */
import {
  connectConsumer,
  connectPublisher,
  jsonCodec,
  MAX_BATCH_MESSAGES,
} from '../packages/broker/dist/index.js';
import { startRedis } from './servers.mjs';

const PACKETS = Number(process.argv[2] ?? 400_000);
const IN_FLIGHT = 32;
const MESSAGE = { schema: 2, id: 'bench-1', source: 'bench', data: { raw: { load: 'a'.repeat(380) } } };

const batch = Array(MAX_BATCH_MESSAGES).fill(MESSAGE);
const ndjson = jsonCodec().encode(batch);
/** Bytes made before, and nothing parsed: what the transport alone can do. */
const bytesOnly = {
  encode: () => ndjson,
  decode: (bytes) => ({
    messages: Array(Math.round((MAX_BATCH_MESSAGES * bytes.length) / ndjson.length)),
    malformed: [],
  }),
};

async function publishAll(publisher, packets) {
  const underWay = new Set();
  for (let sent = 0; sent < packets; sent += MAX_BATCH_MESSAGES) {
    const one = publisher.publish(batch).finally(() => underWay.delete(one));
    underWay.add(one);
    if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
  }
  await publisher.flush();
}

async function consumeAll(consumer, packets) {
  let received = 0;
  const acks = [];
  for await (const delivery of consumer.receive()) {
    received += delivery.messages.length;
    acks.push(delivery.ack());
    if (received >= packets) break;
  }
  await Promise.all(acks);
}

async function measure(name, packets, work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    [
      name.padEnd(44),
      `${Math.round(packets / seconds / 1000)}k packets/s`.padStart(16),
      `${((user + system) / packets).toFixed(2)} us CPU per packet here`,
    ].join('  '),
  );
}

async function run(url, wire, codec, name, wanted) {
  const packets = Math.ceil(wanted / MAX_BATCH_MESSAGES) * MAX_BATCH_MESSAGES;
  const options = { queue: `bench-${name}`, wire, codec, maxUnsettled: packets };
  const publisher = await connectPublisher(url, options);
  const consumer = await connectConsumer(url, options);
  await measure(`${name}: publish`, packets, () => publishAll(publisher, packets));
  await measure(`${name}: consume and ack`, packets, () => consumeAll(consumer, packets));
  await measure(`${name}: both at once`, packets, () =>
    Promise.all([publishAll(publisher, packets), consumeAll(consumer, packets)]),
  );
  await Promise.all([publisher.close(), consumer.close()]);
}

const redis = await startRedis();
try {
  await run(redis.url, 'batch', bytesOnly, 'batch, bytes only', PACKETS);
  await run(redis.url, 'batch', jsonCodec(), 'batch, JSON', PACKETS / 2);
  await run(redis.url, 'kombu', bytesOnly, 'kombu, bytes only', PACKETS / 4);
  await run(redis.url, 'kombu', jsonCodec(), 'kombu, JSON', PACKETS / 4);
} finally {
  await redis.stop();
}
