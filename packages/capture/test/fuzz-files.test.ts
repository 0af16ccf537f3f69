import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decode, encodeMessage, messageJson, type PacketMessage, toMessage } from '@antinex/decoder';
import { CaptureFileError } from '@antinex/pcap-file';
import { describe, expect, it } from 'vitest';
import { openFileSource } from '../src/index.ts';

const FUZZ = new URL('../../../../shared/pcaps/fuzz/', import.meta.url);
const present = existsSync(FUZZ);
const names = present ? readdirSync(FUZZ).filter((name) => name !== 'manifest.json') : [];

const SLOWEST_MS = 2000;
const MEGABYTE = 1024 * 1024;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external;

interface Tally {
  packets: number;
  problems: number;
  /** Files that are damaged themselves: what could be read of them was. */
  damaged: number;
  wrong: string[];
  most: number;
}

/** Reads a file's packets, makes a message of each, and the frame again of that. */
async function read(name: string, tally: Tally): Promise<void> {
  const source = await openFileSource(fileURLToPath(new URL(encodeURIComponent(name), FUZZ)));
  try {
    for await (const batch of source) {
      for (const packet of batch) {
        const decoded = decode(packet);
        tally.packets++;
        if (decoded.problem !== null) tally.problems++;
        const json = messageJson(toMessage(decoded, { source: 'fuzz', session: '0' }, tally.packets));
        const { data } = JSON.parse(json) as PacketMessage;
        if (!encodeMessage(data).equals(packet.bytes)) tally.wrong.push(`${name}: ${data.frame?.protocols}`);
      }
      tally.most = Math.max(tally.most, used());
    }
  } catch (error) {
    if (!(error instanceof CaptureFileError)) throw error;
    tally.damaged++;
  }
}

describe.skipIf(!present)('malformed captures, from file to message and back (needs ../shared)', () => {
  it('takes under 2 s for each, holds under 64 MB, and keeps every byte of every frame', async () => {
    const tally: Tally = { packets: 0, problems: 0, damaged: 0, wrong: [], most: 0 };
    collectGarbage();
    const before = used();
    let slowest = { name: '', took: 0 };
    for (const name of names) {
      const start = performance.now();
      await read(name, tally);
      const took = performance.now() - start;
      if (took > slowest.took) slowest = { name, took };
    }
    collectGarbage();
    expect(names.length).toBeGreaterThan(400);
    expect(slowest.took, slowest.name).toBeLessThan(SLOWEST_MS);
    expect(tally.most - before).toBeLessThan(64 * MEGABYTE);
    expect(used() - before).toBeLessThan(16 * MEGABYTE);
    expect(tally.wrong).toEqual([]);
    expect(tally.packets).toBeGreaterThan(5000);
    expect(tally.problems).toBeGreaterThan(1000);
    expect(tally.damaged).toBeGreaterThan(30);
  });
});
