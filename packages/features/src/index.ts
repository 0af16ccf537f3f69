/**
 * Flows of captured packets, and features of flows.
 *
 *     const built = await buildFlows(await openRecords('traffic.pcap'), { quantile: 0.9 });
 *     const labelled = labelFlows(built, await readLabels(['labels.csv', 'rules.yml']));
 *     const features = makeFeatures(labelled, { type: 'IAT', header: true });
 *     await writeFeatures('features.parquet', features, { ...labelled, inputs: ['traffic.pcap', 'labels.csv'] });
 *
 * `buildFlows` reads packets to their end: flows by addresses, ports and protocol (of the innermost packet;
 * VLANs and tunnels apart), ended by time-outs and by TCP itself, then split at gaps longer than an
 * interval, which is given or a quantile of their durations. `makeFeatures` makes rows of a FeatureShape,
 * which is worked out of these flows or given, so that a model gets later what it was trained on.
 * `streamFlows` hands flows out as they end, for captures without end, and `FlowCollector` is what both are
 * made of. `flowStatistics` makes other rows, of statistics, straight from packets.
 *
 * With `compat: 'netml'` flows, features and errors are those of netml 0.7.1, bit for bit.
 *
 * Memory: 9 bytes a packet that is held (22 where it came long after the one before, or is larger than
 * 64 KB), and about 120 bytes a flow that is open, 60 one that has ended; up to `maxPackets` and `maxFlows`.
 * Every packet is in a flow or counted (FlowCounts).
 */
export { type CommunityIdFlow, communityId } from './community-id/community-id.ts';
export { FlowCollector } from './flow/flow-collector.ts';
export type { FlowKey } from './flow/flow-keys.ts';
export type { FlowSet } from './flow/flow-set.ts';
export type { FlowCounts } from './flow/flow-table.ts';
export type { PacketBatch } from './flow/packet-batch.ts';
export { PacketCursor } from './flow/packet-cursor.ts';
export { PacketFlag } from './flow/packet-store.ts';
export { splitAtGaps } from './flow/split.ts';
export { FlowLabels, isNormal, type LabelMatching, type LabelRow } from './labels/flow-labels.ts';
export { type LabelledFlows, labelFlows } from './labels/label-flows.ts';
export type { Labels } from './labels/labels.ts';
export { type LabelOptions, loadLabels } from './labels/load-labels.ts';
export { readLabels } from './labels/read-labels.ts';
export { loadLabelRules } from './labels/rules/load-label-rules.ts';
export { type BuildOptions, type BuiltFlows, buildFlows } from './netml/build-flows.ts';
export {
  columnCount,
  columnNames,
  FEATURE_TYPES,
  type FeatureShape,
  type FeatureType,
} from './netml/feature-shape.ts';
export { type FeatureOptions, Features, makeFeatures } from './netml/features.ts';
export { streamFlows } from './netml/stream-flows.ts';
export { AtomicFile } from './output/atomic-file.ts';
export { type FeatureFileOptions, labelFileOf, writeFeatures } from './output/feature-file.ts';
export { type TableKind, tableKindOf } from './output/table-file.ts';
export { PACKET_COLUMNS } from './packet-table/packet-columns.ts';
export {
  type PacketFileOptions,
  type PacketTableOptions,
  packetRows,
  writePacketTable,
} from './packet-table/write-packet-table.ts';
export { STATISTICS_SETS, type StatisticsSet, type StatisticsSetName } from './statistics/catalogue.ts';
export type { StatisticsColumn } from './statistics/column.ts';
export { flowFeaturesMarkdown } from './statistics/features-markdown.ts';
export { type FlowStatistics, flowStatistics } from './statistics/flow-statistics.ts';
export type { StatisticsOptions } from './statistics/statistics-options.ts';
export { type WriteStatisticsOptions, writeStatistics } from './statistics/write-statistics.ts';
