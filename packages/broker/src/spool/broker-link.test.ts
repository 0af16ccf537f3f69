import { PipelineError } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import type { BrokerEvent, Publisher } from '../types.ts';
import { BrokerLink, type BrokerSource } from './broker-link.ts';

type Tell = (event: BrokerEvent) => void;

function newPublisher() {
  const publisher = {
    isClosed: false,
    publish: async () => {},
    flush: async () => {},
    close: async () => {
      publisher.isClosed = true;
    },
  };
  return publisher;
}

function linkTo(source: BrokerSource<number>) {
  const said: string[] = [];
  const link = new BrokerLink<number>(source, {
    onEvent: ({ kind }) => said.push(kind),
    onUp: () => said.push('UP'),
    onDown: (reason) => said.push(`DOWN ${reason}`),
  });
  return { link, said };
}

/** Connects at once and keeps how to tell events. */
async function connected() {
  const tells: Tell[] = [];
  const publishers: ReturnType<typeof newPublisher>[] = [];
  const setup = linkTo(async (tell) => {
    tells.push(tell);
    publishers.push(newPublisher());
    return publishers.at(-1)!;
  });
  await setup.link.open(1000);
  setup.said.length = 0;
  return { ...setup, tells, publishers };
}

describe('the link to a broker', () => {
  it('is up with a publisher that was given', async () => {
    const publisher: Publisher<number> = newPublisher();
    const { link, said } = linkTo(publisher);
    expect(link.isUp).toBe(false);
    await link.open(1000);
    expect(link.publisher).toBe(publisher);
    expect(said).toEqual(['UP']);
    expect(link.renew(publisher)).toBe(false);
  });

  it('goes down and up with what the driver tells', async () => {
    const { link, said, tells } = await connected();
    tells[0]({ kind: 'disconnected', reason: 'reset', retryMs: 1 });
    tells[0]({ kind: 'retrying', reason: 'refused', retryMs: 1 });
    expect(link.isUp).toBe(false);
    tells[0]({ kind: 'connected' });
    tells[0]({ kind: 'blocked', reason: 'memory' });
    tells[0]({ kind: 'unblocked' });
    tells[0]({ kind: 'malformed', reason: 'none', messages: 1 });
    expect(link.isUp).toBe(true);
    expect(said).toEqual([
      ...['disconnected', 'DOWN reset', 'retrying', 'connected', 'UP'],
      ...['blocked', 'DOWN memory', 'unblocked', 'UP', 'malformed'],
    ]);
  });

  it('is up again when the broker confirms something, told or not', async () => {
    const { link, said, tells } = await connected();
    tells[0]({ kind: 'retrying', reason: 'OOM', retryMs: 1 });
    link.confirmed();
    link.confirmed();
    expect(said).toEqual(['retrying', 'DOWN OOM', 'UP']);
  });

  it('tries until it works', async () => {
    let attempts = 0;
    const { link, said } = linkTo(async () => {
      if (++attempts < 3) throw new PipelineError('BROKER_UNREACHABLE', { url: 'x:', reason: 'no' });
      return newPublisher();
    });
    await link.open(1000);
    expect(link.publisher).toBeUndefined();
    while (!link.isUp) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toEqual(['retrying', 'retrying', 'UP']);
  });

  it('gives up at once where the command itself is wrong, but only the first time', async () => {
    const wrong = new PipelineError('CONFIG_INVALID', { problems: ['x'] });
    const { link } = linkTo(() => Promise.reject(wrong));
    await expect(link.open(1000)).rejects.toBe(wrong);
  });

  it('connects anew once for a publisher that was closed, and does not listen to the old one', async () => {
    const { link, said, tells, publishers } = await connected();
    expect(link.renew(publishers[0])).toBe(true);
    expect(link.renew(publishers[0])).toBe(true);
    while (!link.isUp) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(publishers).toHaveLength(2);
    expect(publishers[0].isClosed).toBe(true);
    tells[0]({ kind: 'disconnected', reason: 'late', retryMs: 1 });
    expect(link.isUp).toBe(true);
    expect(said).toEqual(['UP', 'disconnected']);
  });

  it('closes a connection that comes after close()', async () => {
    const late = newPublisher();
    let arrive: (publisher: Publisher<number>) => void = () => {};
    const { link } = linkTo(
      () =>
        new Promise((resolve) => {
          arrive = resolve;
        }),
    );
    await link.open(10);
    await link.close(10);
    arrive(late);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(late.isClosed).toBe(true);
    expect(link.publisher).toBeUndefined();
  });
});
