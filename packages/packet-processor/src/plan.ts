import { dirname } from 'node:path';
import { type BrokerChoice, brokerChoice, type Wire } from '@antinex/broker';
import type { Schema } from '@antinex/dataset';
import type { Log } from '@antinex/runtime';
import { formatBytes, formatCount } from '@antinex/runtime';
import type { Publisher, PublishPlace } from './antinex/publisher.ts';
import type { PublishValues } from './antinex/settings.ts';
import type { SpoolEnd } from './antinex/spool/spool-end.ts';
import { Elsewhere } from './dedupe/elsewhere.ts';
import type { ProcessorConfig } from './settings.ts';
import { DatasetFiles, type OpenDataset } from './sinks/dataset-files.ts';
import { choosePaths, type DatasetPaths, legacyPaths, mainPathOf } from './sinks/dataset-paths.ts';
import { DatasetSink } from './sinks/dataset-sink.ts';
import { Neighbours } from './sinks/neighbours.ts';
import { type Rotation, rotates } from './sinks/rotation.ts';
import { Sinks } from './sinks/sinks.ts';

/** Which of the programs this is. */
export interface ProcessorSpec {
  readonly name: string;
  /** The broker it is for, when the name says so. */
  readonly brokerKind?: 'redis' | 'rabbitmq';
}

/** On a Redis Cluster there is no kombu wire, so there both of them is the one. */
const BATCH_ONLY = /^rediss?\+cluster:/;

/** The broker, for each wire to take from. */
export function brokersOf(spec: ProcessorSpec, { values, origins }: ProcessorConfig): BrokerChoice[] {
  const brokerKind = spec.brokerKind ?? values.brokerKind;
  const choice = (wire: Wire) => brokerChoice({ ...values, brokerKind, wire });
  if (values.wire !== 'both') return [choice(values.wire)];
  const isAlone = BATCH_ONLY.test(choice('batch').url) && origins.wire === 'default';
  return isAlone ? [choice('batch')] : [choice('batch'), choice('kombu')];
}

/** Where a processor's rows go. */
export interface Outputs {
  readonly sinks: Sinks;
  readonly neighbours: Neighbours;
  /** Posts the rows of the sinks, if that is asked for. */
  readonly publisher: Publisher | undefined;
}

/** What the settings ask for; the first sink is open, so that what is wrong with it is found at the start. */
export async function openOutputs({ values }: ProcessorConfig, log: Log): Promise<Outputs> {
  const { rotateRows, rotateSize, rotateTime, queue, dedupeWindow, schema, datasetName: name } = values;
  const rotation: Rotation = { rows: rotateRows, bytes: rotateSize, ms: rotateTime };
  const paths = await choosePaths(values, rotates(rotation));
  const folder = dirname(mainPathOf(paths));
  const elsewhere = new Elsewhere(folder, queue);
  const publisher = values.antinexPublish ? await openPublisher(values, { folder, queue }, log) : undefined;
  const openSpool = publisher && ((path: string, end?: SpoolEnd) => publisher.openSpool(path, end));
  const open = (ofPaths: DatasetPaths, ofSchema: Schema) =>
    DatasetSink.open({
      files: new DatasetFiles(ofPaths, rotates(rotation), { schema: ofSchema, name }, openSpool),
      rotation,
      queue,
      saveMs: values.saveAfterTime,
      windowIds: dedupeWindow,
      elsewhere,
      onOpen: (opened) => logOpened(opened, log),
    });
  const openLegacy = () => open(legacyPaths(paths), 'legacy');
  const sinks = new Sinks(await open(paths, schema === '2' ? 2 : 'legacy'), schema, openLegacy);
  return { sinks, neighbours: new Neighbours(elsewhere, folder, queue, log), publisher };
}

/** Loads what it takes to post only where it is asked for. */
async function openPublisher(values: PublishValues, place: PublishPlace, log: Log): Promise<Publisher> {
  const { Publisher } = await import('./antinex/publisher.ts');
  return Publisher.open(values, place, log);
}

function logOpened({ path, dataset }: OpenDataset, log: Log): void {
  log('info', `writing ${path}, which has ${formatCount(dataset.rows)} rows`);
  for (const { path: file, removedBytes } of dataset.recovered) {
    log('warn', `${file}: cut off ${formatBytes(removedBytes)} that no commit had made durable`);
  }
}
