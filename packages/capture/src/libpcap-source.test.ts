import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLibpcapSource } from './libpcap-source.ts';
import type { PacketSource } from './source.ts';

const whyNot = await openLibpcapSource({ device: 'lo', bufferMb: 1 }).then(
  async (source) => {
    await source.close();
    return null;
  },
  ({ code }) =>
    code === 'CAPTURE_UNAVAILABLE' ? 'needs the native addon: npm run setup' : 'needs CAP_NET_RAW',
);

describe.skipIf(whyNot !== null)(`a libpcap source on loopback (${whyNot ?? 'live'})`, () => {
  let socket: Socket;

  beforeEach(async () => {
    socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
  });
  afterEach(() => socket.close());

  const open = (signal?: AbortSignal) => {
    const filter = `udp dst port ${socket.address().port}`;
    return openLibpcapSource({ device: 'lo', bufferMb: 1, filter, ...(signal && { signal }) });
  };

  async function send(count: number) {
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => socket.send('x', socket.address().port, '127.0.0.1', resolve));
    }
  }

  async function count(source: PacketSource) {
    let packets = 0;
    for await (const batch of source) packets += batch.length;
    return packets;
  }

  test('close() takes in nothing more and hands out what came in, to one who comes late too', async () => {
    const source = await open();
    await send(30);
    await source.close();
    await source.close();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await send(5);
    expect(source.stats()).toMatchObject({ receivedPackets: 30, deliveredPackets: 0, waitingPackets: 30 });
    expect(await count(source)).toBe(30);
    expect(source.stats()).toMatchObject({ receivedPackets: 30, deliveredPackets: 30, waitingPackets: 0 });
    expect(source.notes()).toEqual([]);
  });

  test('the signal ends it', async () => {
    const controller = new AbortController();
    const source = await open(controller.signal);
    const counted = count(source);
    await send(3);
    controller.abort();
    expect(await counted).toBe(3);
  });

  test('a signal that has been given already', async () => {
    expect(await count(await open(AbortSignal.abort()))).toBe(0);
  });

  test('a batch stays as it is until the next one is asked for', async () => {
    const source = await open();
    const packets = source[Symbol.asyncIterator]();
    await send(1);
    const { value: first } = await packets.next();
    const before = Buffer.from(first[0].bytes);
    await send(20_000);
    expect(before.equals(first[0].bytes)).toBe(true);
    await source.close();
    await packets.return?.();
  });
});
