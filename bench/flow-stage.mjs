// One stage over one capture, in a process of its own: node bench/flow-stage.mjs read|flows|features FILE [netml]
import { buildFlows, makeFeatures } from '@antinex/features';
import { openRecords } from '@antinex/pcap-file';

const [stage, file, compat] = process.argv.slice(2);
const reader = await openRecords(file);
if (stage === 'read') for await (const batch of reader) batch.length;
else {
  const built = await buildFlows(reader, compat === undefined ? {} : { compat });
  if (stage === 'features') for (const type of ['IAT', 'STATS']) makeRows(makeFeatures(built, { type }));
}

/** Every row, one after the other as a file gets them. */
function makeRows(features) {
  const row = new Float64Array(features.columns.length);
  for (let flow = 0; flow < features.flows.size; flow++) features.put(flow, row);
}
