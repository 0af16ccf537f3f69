import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinkType, Packet } from '@antinex/decoder';
import { pcapHeader, pcapRecord } from '@antinex/pcap-file';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFileSource } from '../src/file-source.ts';
import type { PacketSource } from '../src/source.ts';

const PACKETS = 5000;
const FRAME = Buffer.alloc(60, 7);

const record = (number: number) =>
  pcapRecord(new Packet(FRAME, 0, 60, 60, LinkType.ETHERNET, 1_700_000_000 + number, 0, ''));

async function secondsOf(source: PacketSource): Promise<number[]> {
  const seconds: number[] = [];
  for await (const batch of source) for (const packet of batch) seconds.push(packet.timestampSeconds);
  return seconds;
}

describe('openFileSource', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  const path = join(folder, 'traffic.pcap');
  const expected = Array.from({ length: PACKETS }, (_, i) => 1_700_000_000 + i);

  beforeAll(() => {
    const records = Array.from({ length: PACKETS }, (_, i) => record(i));
    writeFileSync(path, Buffer.concat([pcapHeader({ linkType: LinkType.ETHERNET }), ...records]));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('hands out every packet and closes its books', async () => {
    const source = await openFileSource(path);
    expect(await secondsOf(source)).toEqual(expected);
    expect(source.linkTypes).toEqual([LinkType.ETHERNET]);
    expect(source.timestamps).toBe('file');
    expect(source.description).toBe(`${path} (pcap)`);
    expect(source.notes()).toEqual([]);
    expect(source.stats()).toEqual({
      receivedPackets: PACKETS,
      receivedBytes: PACKETS * FRAME.length,
      deliveredPackets: PACKETS,
      queueDrops: 0,
      waitingPackets: 0,
      kernelDrops: 0,
      interfaceDrops: 0,
    });
  });

  test('hands out what a cut file still holds, then says so', async () => {
    const cut = join(folder, 'cut.pcap');
    copyFileSync(path, cut);
    truncateSync(cut, 24 + 10 * 76 + 30);
    const source = await openFileSource(cut);
    await expect(secondsOf(source)).rejects.toMatchObject({ code: 'CUT_SHORT' });
    expect(source.stats().deliveredPackets).toBe(10);
  });

  test('ends without an error when aborted', async () => {
    const controller = new AbortController();
    const source = await openFileSource(path, { signal: controller.signal });
    for await (const batch of source) {
      expect(batch.length).toBeGreaterThan(0);
      controller.abort();
    }
    expect(source.stats().deliveredPackets).toBeGreaterThan(0);

    const never = await openFileSource(path, { signal: AbortSignal.abort() });
    expect(await secondsOf(never)).toEqual([]);
  });

  test('can be closed before, while and after it is read', async () => {
    const unread = await openFileSource(path);
    await unread.close();
    const source = await openFileSource(path);
    for await (const _batch of source) await source.close();
    await source.close();
    expect(source.stats().deliveredPackets).toBeLessThanOrEqual(PACKETS);
  });

  test('refuses what is not there', async () => {
    await expect(openFileSource(join(folder, 'none.pcap'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
