import { describe, expect, it } from 'vitest';
import { brokerHosts, connectConsumer, connectPublisher } from './connect.ts';

describe('connecting by URL', () => {
  it.each(['kafka://host', 'localhost:6379', 'nonsense', ''])(
    'refuses "%s" and names what it knows',
    async (url) => {
      const refusal = {
        code: 'BROKER_UNSUPPORTED',
        exitCode: 2,
        hint: expect.stringMatching(/^supported: memory:/),
      };
      await expect(connectPublisher(url)).rejects.toMatchObject(refusal);
      await expect(connectConsumer(url)).rejects.toMatchObject(refusal);
    },
  );

  it('does not show the password of a URL it refuses', async () => {
    await expect(connectPublisher('kafka://me:hunter2@host')).rejects.toThrow('kafka://me:***@host');
  });

  it.each(['0', '-1', 'many', ''])('refuses the capacity "%s"', async (capacity) => {
    await expect(connectPublisher(`memory:?capacity=${capacity}`)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('meets publisher and consumer in the queue both name', async () => {
    const publisher = await connectPublisher<number>('memory:', { queue: 'meet' });
    const consumer = await connectConsumer<number>('memory:', { queue: 'meet' });
    await publisher.publish([1, 2]);
    for await (const delivery of consumer.receive()) {
      expect(delivery.messages).toEqual([1, 2]);
      break;
    }
    await Promise.all([publisher.close(), consumer.close()]);
  });
});

describe('the hosts of a broker', () => {
  it.each([
    ['redis://localhost:6379/15', [{ host: 'localhost', port: 6379 }]],
    ['redis://10.0.0.1', [{ host: '10.0.0.1', port: 6379 }]],
    ['REDIS://:secret@10.0.0.1/0', [{ host: '10.0.0.1', port: 6379 }]],
    ['rediss://me:p@ss@redis.example:7000/1?group=x', [{ host: 'redis.example', port: 7000 }]],
    ['redis:///15', [{ host: 'localhost', port: 6379 }]],
    ['redis://[2001:db8::1]:6380', [{ host: '2001:db8::1', port: 6380 }]],
    ['amqp://guest:guest@broker/vhost', [{ host: 'broker', port: 5672 }]],
    ['amqps://broker', [{ host: 'broker', port: 5671 }]],
    ['rabbitmq://broker:5673', [{ host: 'broker', port: 5673 }]],
    ['pyamqp://broker', [{ host: 'broker', port: 5672 }]],
    [
      'redis+cluster://a:7000,b,[::1]:7002/?node=c',
      [
        { host: 'a', port: 7000 },
        { host: 'c', port: 6379 },
        { host: 'b', port: 6379 },
        { host: '::1', port: 7002 },
      ],
    ],
    [
      'redis+sentinel://s1,s2:26380/master/15',
      [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
      ],
    ],
    ['memory:', []],
    ['memory:?capacity=10', []],
  ])('%s', (url, hosts) => expect(brokerHosts(url)).toEqual(hosts));

  it('are those it is connected to with TLS options', () => {
    expect(brokerHosts('amqp://broker', { caFile: 'ca.pem' })).toEqual([{ host: 'broker', port: 5671 }]);
  });

  it.each(['http://nothing.of.ours', 'no url'])('there are none of %s', (url) => {
    expect(() => brokerHosts(url)).toThrow('no broker driver');
  });
});
