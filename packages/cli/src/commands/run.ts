import {
  Converter,
  defaultDevice,
  giveUpRootButFiles,
  openFileSource,
  openLiveSource,
  type PacketSource,
} from '@antinex/capture';
import { defaultCsvPath, openDataset } from '@antinex/dataset';
import { type Config, type SettingValues, signalExitCode } from '@antinex/runtime';
import { addSettings, checkOnly, readSettings } from '@antinex/runtime/command';
import type { AddCommand, Context } from '../command.ts';
import { runPipeline } from '../pipeline.ts';
import { RunReport } from '../run-report.ts';
import { schemaOf } from '../schema-of.ts';
import { RUN_SETTINGS } from '../settings.ts';

type RunConfig = Config<typeof RUN_SETTINGS>;
type RunSettings = SettingValues<typeof RUN_SETTINGS>;

const SNAPSHOT_MS = 1000;

const EXAMPLES = `
Examples:
  netpipe run --read traffic.pcap --output-csv packets.csv
  sudo netpipe run --device eth0 --filter 'tcp port 443' --duration 60s --output-csv packets.csv
  ssh host tcpdump -w - | netpipe run --read - --output-csv packets.csv --archive-json packets.json
  netpipe run --read traffic.pcap --schema legacy --output-csv legacy.csv`;

/** `netpipe run`: the whole pipeline in one process. */
export const addRun: AddCommand = (program, context, done) => {
  const command = program
    .command('run')
    .description(
      'Turn packets into a dataset: capture or read, decode, and write CSV and JSON, in one process',
    );
  addSettings(command, RUN_SETTINGS)
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: { json?: boolean }) => {
      const config = await readSettings(command, RUN_SETTINGS, problemsOf);
      if (config === undefined || (await checkOnly(command))) return;
      done(await run(config.values, options.json === true, context));
    });
};

/** Flags that contradict each other. Variables do not: they stand there for other runs too. */
function problemsOf({ values, origins }: RunConfig): string[] {
  const live = (['device', 'filter', 'bufferMb', 'backend', 'user'] as const).map((name) => origins[name]);
  const unused = values.read === undefined ? [] : live.filter((origin) => origin.startsWith('--'));
  const outputs = [values.outputCsv, values.archiveJson];
  return [
    ...unused.map((flag) => `${flag} is for live captures and not for --read`),
    ...(outputs.includes('-')
      ? ['a dataset cannot be written to standard output; netpipe decode prints it']
      : []),
  ];
}

async function run(settings: RunSettings, json: boolean, { signal, shutdown }: Context): Promise<number> {
  const source = await openSource(settings, signal);
  const { duration } = settings;
  const timer = duration === undefined ? undefined : setTimeout(() => source.close(), duration);
  try {
    await runToDataset(source, settings, json);
  } finally {
    clearTimeout(timer);
    await source.close();
  }
  const interrupted = settings.read === undefined ? undefined : shutdown.receivedSignal;
  return interrupted === undefined ? 0 : signalExitCode(interrupted);
}

/** The summary is printed however the run ends; then the first thing that went wrong is thrown. */
async function runToDataset(source: PacketSource, settings: RunSettings, json: boolean): Promise<void> {
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
