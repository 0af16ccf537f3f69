import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from '@antinex/decoder';
import { describe, expect, test } from 'vitest';
import { openFileSource } from '../src/file-source.ts';

const folder = fileURLToPath(new URL('../../../examples/captures', import.meta.url));
const files = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));

/** Packets of each file, as the README's table says. */
function promisedCounts(): Map<string, number> {
  const promised = new Map<string, number>();
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const [, names, counts] of readme.matchAll(/^\| (`.+?`) \| ([\d, ]+?) \|/gm)) {
    const numbers = counts.match(/\d+(,\d{3})*/g) ?? [];
    names.split(', ').forEach((name, i) => {
      promised.set(name.replaceAll('`', ''), Number(numbers[i].replace(',', '')));
    });
  }
  return promised;
}

describe('examples/captures', () => {
  test('are all in the README', () => {
    expect([...promisedCounts().keys()].sort()).toEqual([...files].sort());
  });

  test.each(files)('%s is whole, and every frame of it can be decoded', async (name) => {
    const source = await openFileSource(join(folder, name));
    const troubled: unknown[] = [];
    for await (const batch of source) {
      for (const packet of batch) {
        const { problem, truncated } = decode(packet);
        if (problem || truncated) troubled.push(problem ?? 'truncated');
      }
    }
    expect(troubled).toEqual([]);
    expect(source.stats().deliveredPackets).toBe(promisedCounts().get(name));
    expect(source.notes()).toEqual([]);
  });
});
