import { addSettings, checkOnly, readSettings } from '@antinex/runtime/command';
import type { Command } from 'commander';
import { type AddCommand, unlessInterrupted } from '../command.ts';
import { addCaptureOptions, readCaptureOptions } from '../options/captures.ts';
import { addVerbosity } from '../options/global.ts';
import { LABEL_SETTINGS, LIVE_SETTINGS, VERBOSITY_SETTINGS } from '../options/settings.ts';

const EXAMPLES = `
Examples:
  netml classify --model normal.netml --pcap today.pcap
  netml classify --model normal.netml --no-report-all < today.pcap
  netml classify --model normal.netml --pcap demo.pcap --label demo.csv --json | jq 'select(.verdict == "anomaly")'
  sudo netml classify --model normal.netml --device eth0 --filter 'not port 22'
  netml classify --model normal.netml --feature today.parquet`;

const SETTINGS = { ...LABEL_SETTINGS, ...LIVE_SETTINGS };

interface Flags {
  readonly model?: string;
  readonly feature?: string;
  readonly pcap?: readonly string[];
  readonly label?: readonly string[];
  readonly reportAll?: boolean;
  readonly json?: boolean;
}

/** `netml classify`: a verdict about every flow. */
export const addClassify: AddCommand = (program, context, done) => {
  const command = program
    .command('classify')
    .description('Tell normal flows from novel ones: a line for each, as they end')
    .option('-m, --model <FILE>', 'the model of netml learn; it knows how to make features');
  addCaptureOptions(command)
    .option('-f, --feature <FILE>', 'judge the rows of a feature file: .csv, .ndjson, .parquet or .npy')
    .option('--report-all', 'report normal flows, too (default)')
    .option('--no-report-all', 'report anomalies alone');
  addVerbosity(command);
  addSettings(command, SETTINGS)
    .option('--json', 'verdicts as JSON, one a line; the last line is the summary')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const { model = '', feature, reportAll = true, json = false } = command.optsWithGlobals<Flags>();
      const config = await readSettings(command, { ...VERBOSITY_SETTINGS, ...SETTINGS }, ({ values }) =>
        problemsOf(command, values.device),
      );
      if (config === undefined || (await checkOnly(command))) return;
      const { signal } = context;
      const { pcap, label } = readCaptureOptions(command).options;
      const { values } = config;
      const job = { model, values, label, json, all: reportAll, signal };
      if (values.device !== undefined) {
        const { classifyLive } = await import('../classify/classify-live.ts');
        return done(await classifyLive(job));
      }
      const run = async () => {
        if (feature === undefined) {
          const { classifyCaptures } = await import('../classify/classify-captures.ts');
          return classifyCaptures(pcap, job);
        }
        const { classifyTable } = await import('../classify/classify-table.ts');
        return classifyTable(feature, job);
      };
      done(await unlessInterrupted(context, run));
    });
};

const hasCaptures = (command: Command): boolean => command.opts<Flags>().pcap !== undefined;

/** Where flows come from is said once. */
function problemsOf(command: Command, device: string | undefined): string[] {
  const { model, feature, label } = command.optsWithGlobals<Flags>();
  const sources = [
    hasCaptures(command) && '--pcap',
    feature !== undefined && '--feature',
    device !== undefined && '--device',
  ];
  const given = sources.filter((source) => source !== false);
  return [
    ...(model === undefined ? ['--model: name the model to judge with'] : []),
    ...(given.length > 1 ? [`${given.join(' and ')}: give one of them`] : []),
    ...(feature !== undefined && label !== undefined ? ['--label: a feature file has its own labels'] : []),
    ...(given.length === 0 ? readCaptureOptions(command).problems : []),
  ];
}
