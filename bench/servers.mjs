// Brokers for a benchmark: those that the tests start, compiled by `tsc -b`.
import { RabbitmqServer, rabbitmqMissing } from './dist/servers/rabbitmq-server.js';
import { RedisServer } from './dist/servers/redis-server.js';

/** Whether there can be a RabbitMQ here. */
export const hasRabbitmq = () => rabbitmqMissing() === undefined;

/** A Redis without persistence; `inside` is how a command in a network namespace begins. */
export async function startRedis(inside = []) {
  const server = await RedisServer.start({ inside });
  return {
    pid: server.pid,
    url: server.url('/15'),
    empty: async () => void (await server.cli('FLUSHALL')),
    stop: () => server.stop(),
  };
}

/** A RabbitMQ with two schedulers, ~7 s later. */
export async function startRabbitmq() {
  const server = await RabbitmqServer.start();
  return {
    url: server.amqp(),
    /** What was consumed is gone already. */
    empty: async () => {},
    stop: () => server.stop(),
  };
}
