import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kombuMissing, publishFromPython } from '../../broker/test/python/kombu-peer.ts';
import { manifestOf, newFolder, rowsOf } from './datasets.ts';
import { legacyPacket, packets, publish, type Target } from './feed.ts';
import { startProcessor } from './processor-child.ts';

const missing = kombuMissing();
const COUNT = 300;

/** Python's agents and ours feed one processor, whichever was there first. */
export function itTakesFromPython(newTarget: () => Target): void {
  it.skipIf(missing).each(['before', 'after'])(
    `writes what Python publishes ${'%s'} it starts${missing ? ` (${missing})` : ''}`,
    async (order) => {
      const { url, queue = '' } = newTarget();
      const folder = newFolder();
      const names = { exchange: queue, queue, routingKey: queue };
      const texts = Array.from({ length: COUNT }, (_, i) => JSON.stringify(legacyPacket(i + 1)));
      if (order === 'before') await publishFromPython(url.split('?')[0], names, texts);
      const processor = await startProcessor({ url, queue }, ['--output-csv', join(folder, 'x.csv')]);
      await processor.isReady();
      if (order === 'after') await publishFromPython(url.split('?')[0], names, texts);
      await publish({ url, queue, wire: 'batch' }, packets(1, 50));
      await processor.until(({ rows }) => rows === COUNT + 50);
      expect((await processor.stop()).code).toBe(0);
      const legacy = join(folder, 'x.legacy.csv');
      const lengthAt = manifestOf(legacy).columns.indexOf('ip_len');
      const lengths = rowsOf(legacy).map((cells) => Number(cells[lengthAt]));
      expect(lengths.sort((a, b) => a - b)).toEqual(texts.map((_, i) => i + 1));
      expect(manifestOf(join(folder, 'x.csv')).rows).toBe(50);
    },
  );
}
