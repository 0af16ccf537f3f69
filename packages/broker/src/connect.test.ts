import { describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from './connect.ts';

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
