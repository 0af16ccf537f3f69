/** Appends to a dataset until it is killed, and tells its parent after each snapshot how many rows are durable. */
import { openDataset } from '@antinex/dataset';

const BATCH = 10;
const BATCHES_PER_SNAPSHOT = 12;

const [csvPath, archivePath] = process.argv.slice(2);
const dataset = await openDataset({ schema: 2, name: 'test', csvPath, archivePath });
const data = { ip: { src: 'a\n"b"', ttl: 64 }, raw: { load: 'ab'.repeat(20_000) } };
for (;;) {
  for (let batch = 0; batch < BATCHES_PER_SNAPSHOT; batch++) {
    const from = dataset.rows + 1;
    const ids = Array.from({ length: BATCH }, (_, i) => `host-${from + i}`);
    await dataset.append(ids.map((id) => ({ schema: 2, id, source: 'host', created: null, data })));
  }
  await dataset.snapshot();
  process.send?.(dataset.durableRows);
}
