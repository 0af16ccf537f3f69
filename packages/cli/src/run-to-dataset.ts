import {
  Converter,
  defaultDevice,
  giveUpRootButFiles,
  openFileSource,
  openLiveSource,
  type PacketSource,
} from '@antinex/capture';
import { defaultCsvPath, openDataset } from '@antinex/dataset';
import { type SettingValues, signalExitCode } from '@antinex/runtime';
import type { Context } from './command.ts';
import { runPipeline } from './pipeline.ts';
import { RunReport } from './run-report.ts';
import { schemaOf } from './schema-of.ts';
import type { RUN_SETTINGS } from './settings.ts';

type RunSettings = SettingValues<typeof RUN_SETTINGS>;

const SNAPSHOT_MS = 1000;

/** Captures or reads packets until their end, and makes a dataset of them; answers the exit code. */
export async function runToDataset(
  settings: RunSettings,
  json: boolean,
  { signal, shutdown }: Context,
): Promise<number> {
  const source = await openSource(settings, signal);
  const { duration } = settings;
  const timer = duration === undefined ? undefined : setTimeout(() => source.close(), duration);
  try {
    await writeDataset(source, settings, json);
  } finally {
    clearTimeout(timer);
    await source.close();
  }
  const interrupted = settings.read === undefined ? undefined : shutdown.receivedSignal;
  return interrupted === undefined ? 0 : signalExitCode(interrupted);
}

/** The summary is printed however the run ends; then the first thing that went wrong is thrown. */
async function writeDataset(source: PacketSource, settings: RunSettings, json: boolean): Promise<void> {
  const { archiveJson: archivePath, datasetName: name } = settings;
  const csvPath = settings.outputCsv ?? (archivePath === undefined ? defaultCsvPath(settings) : undefined);
  const dataset = await openDataset({ schema: schemaOf(settings.schema), name, csvPath, archivePath });
  const report = new RunReport({ source, dataset, csvPath, archivePath, json });
  const running = runPipeline({
    source,
    converter: new Converter(settings),
    dataset,
    count: settings.count ?? Number.POSITIVE_INFINITY,
    snapshotRows: settings.saveAfterNum,
    snapshotMs: SNAPSHOT_MS,
    report,
  });
  const ends = [
    ...(await Promise.allSettled([running])),
    ...(await Promise.allSettled([dataset.close(report.ledger())])),
    ...(await Promise.allSettled([report.print()])),
  ];
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** A device is opened first; then root is given up, and only then is anything decoded. */
async function openSource(settings: RunSettings, signal: AbortSignal): Promise<PacketSource> {
  const { read, device, filter = '', bufferMb, backend, user } = settings;
  if (read !== undefined) return openFileSource(read, { signal });
  const chosen = device ?? (await announceDefault());
  const source = await openLiveSource({ backend, device: chosen, filter, bufferMb, user, signal });
  for (const note of giveUpRootButFiles(user)) process.stderr.write(`netpipe: ${note}\n`);
  return source;
}

/** Says which device is taken when nobody named one. */
async function announceDefault(): Promise<string> {
  const { device, reason } = await defaultDevice();
  process.stderr.write(`netpipe: capturing on ${device}: ${reason}\n`);
  return device;
}
