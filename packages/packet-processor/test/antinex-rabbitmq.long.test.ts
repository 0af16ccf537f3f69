import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { RabbitmqServer, rabbitmqMissing } from '../../broker/test/servers/rabbitmq-server.ts';
import { itPredictsThroughKills } from './antinex-crash-suite.ts';

const missing = process.env.LONG ? rabbitmqMissing() : 'minutes: LONG=1 runs it';

describe.skipIf(missing)(missing ?? 'posting rows from RabbitMQ to AntiNex through crashes', () => {
  let server: RabbitmqServer;
  beforeAll(async () => {
    server = await RabbitmqServer.start();
  });
  afterAll(() => server?.stop());

  itPredictsThroughKills('files that rotate', () => {
    return { url: server.amqp(), queue: randomUUID(), wire: 'batch' };
  });
});
