import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('lets one go after the other, without those that gave up', async () => {
  const turns = new Turns();
  const went: string[] = [];
  const go = async (name: string, signal?: AbortSignal) => {
    const end = await turns.take(signal);
    went.push(`${name} begins`);
    await Promise.resolve();
    went.push(`${name} ends`);
    end();
  };
  const gone = new AbortController();
  const all = [go('a'), go('b', gone.signal).catch((error: Error) => went.push(error.message)), go('c')];
  gone.abort(new Error('b left'));
  await Promise.all(all);
  expect(went.filter((one) => one !== 'b left')).toEqual(['a begins', 'a ends', 'c begins', 'c ends']);
  expect(went).toContain('b left');
});

it('sends all home when it closes', async () => {
  const turns = new Turns();
  const end = await turns.take();
  const waiting = turns.take();
  turns.close();
  await expect(waiting).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
  end();
  await expect(turns.take()).rejects.toMatchObject({ code: 'QUEUE_CLOSED' });
});
