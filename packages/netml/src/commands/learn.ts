import { addSettings, checkOnly, print, readSettings } from '@antinex/runtime/command';
import type { Command } from 'commander';
import { type AddCommand, type Context, unlessInterrupted } from '../command.ts';
import { extractProblems } from '../extract/extract-options.ts';
import { addAlias } from '../options/alias.ts';
import { addLabelledCaptureOptions, readCaptureOptions } from '../options/captures.ts';
import { addGlobalOptions } from '../options/global.ts';
import {
  COMPAT_SETTINGS,
  EXTRACT_SETTINGS,
  GLOBAL_SETTINGS,
  LABEL_SETTINGS,
  TRAIN_SETTINGS,
} from '../options/settings.ts';

const FORMATS = '.csv, .ndjson, .parquet or .npy';
const EXTRACTING = { ...EXTRACT_SETTINGS, ...LABEL_SETTINGS };

const LEARN_EXAMPLES = `
Examples:
  netml learn --pcap normal.pcap --model normal.netml
  netml learn --pcap demo.pcap --label demo.csv --algorithm if --param '{n_estimators: 300}' -o demo.netml
  netml learn --pcap demo.pcap --label demo.csv rules.yml --feature-type STATS -o demo.netml
  netml learn --pcap-normal monday.pcap --pcap-abnormal ddos.pcap --feature-type STATS -o week.netml
  netml learn extract --pcap demo.pcap --feature demo.parquet && netml learn train --feature demo.parquet -o demo.netml`;

const EXTRACT_EXAMPLES = `
Examples:
  netml learn extract --pcap demo.pcap --feature demo.csv
  netml learn extract --pcap *.pcap --feature-type SAMP_SIZE --fft --bidirectional --feature all.npy
  tcpdump -w - | netml learn extract --feature-type STATS --feature now.ndjson`;

const TRAIN_EXAMPLES = `
Examples:
  netml learn train --feature demo.csv --algorithm ocsvm --model demo.netml
  netml learn train --feature demo.npy --algorithm gmm --param gmm.yaml --model demo.netml
  netml learn train --algorithm kde --help-param`;

interface Flags {
  readonly json?: boolean;
  readonly feature?: string;
  readonly model?: string;
  readonly param?: string;
  readonly helpAlgorithm?: boolean;
  readonly helpParam?: boolean;
}

type Job = { readonly json: boolean; readonly signal: AbortSignal };

/** `netml learn`, `netml learn extract`, `netml learn train`. */
export const addLearn: AddCommand = (program, context, done) => {
  const learn = program
    .command('learn')
    .description('Learn from captures what is normal: extract and train in one')
    .enablePositionalOptions();
  addLabelledCaptureOptions(learn).option('-f, --feature <FILE>', `keep the features, too: ${FORMATS}`);
  addModelOptions(learn);
  addGlobalOptions(learn);
  addSettings(learn, { ...TRAIN_SETTINGS, ...EXTRACTING, ...COMPAT_SETTINGS })
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', LEARN_EXAMPLES)
    .action(async () => {
      if (await helped(learn)) return;
      const settings = { ...GLOBAL_SETTINGS, ...TRAIN_SETTINGS, ...EXTRACTING, ...COMPAT_SETTINGS };
      const captures = readCaptureOptions(learn);
      const { model, feature, param } = learn.optsWithGlobals<Flags>();
      const config = await readSettings(learn, settings, (config) => [
        ...captures.problems,
        ...missing({ model }),
        ...extractProblems(config),
      ]);
      if (config === undefined || (await checkOnly(learn))) return;
      const job = { captures: captures.options, values: config.values, param, model: model!, feature };
      await work(learn, context, done, async (told) => {
        const jobs = await import('../train/learn.ts');
        return jobs.learn({ ...job, ...told, verbosity: config.values.verbosity });
      });
    });
  addExtract(learn, context, done);
  addTrain(learn, context, done);
};

const addExtract: AddCommand = (learn, context, done) => {
  const command = learn.command('extract').description('Write the features of captures to a file');
  addLabelledCaptureOptions(command).option('-f, --feature <FILE>', `where to: ${FORMATS}`);
  addGlobalOptions(command);
  addSettings(command, { ...EXTRACTING, ...COMPAT_SETTINGS })
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXTRACT_EXAMPLES)
    .action(async () => {
      const captures = readCaptureOptions(command);
      const { feature } = command.optsWithGlobals<Flags>();
      const settings = { ...GLOBAL_SETTINGS, ...EXTRACTING, ...COMPAT_SETTINGS };
      const config = await readSettings(command, settings, (config) => [
        ...captures.problems,
        ...missing({ feature }),
        ...extractProblems(config),
      ]);
      if (config === undefined || (await checkOnly(command))) return;
      const job = { captures: captures.options, values: config.values, feature: feature! };
      await work(command, context, done, async (told) => {
        const jobs = await import('../train/learn.ts');
        return jobs.learnExtract({ ...job, ...told, verbosity: config.values.verbosity });
      });
    });
};

const addTrain: AddCommand = (learn, context, done) => {
  const command = learn
    .command('train')
    .description('Fit a detector to the features in a file')
    .option('-f, --feature <FILE>', `features, as learn extract writes them: ${FORMATS}`);
  addModelOptions(command);
  addGlobalOptions(command);
  addSettings(command, { ...TRAIN_SETTINGS, ...COMPAT_SETTINGS })
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', TRAIN_EXAMPLES)
    .action(async () => {
      if (await helped(command)) return;
      const { model, feature, param } = command.optsWithGlobals<Flags>();
      const settings = { ...GLOBAL_SETTINGS, ...TRAIN_SETTINGS, ...COMPAT_SETTINGS };
      const config = await readSettings(command, settings, () => missing({ feature, model }));
      if (config === undefined || (await checkOnly(command))) return;
      const job = { values: config.values, param, model: model!, feature: feature! };
      await work(command, context, done, async (told) => {
        const jobs = await import('../train/learn.ts');
        return jobs.learnTrain({ ...job, ...told, verbosity: config.values.verbosity });
      });
    });
};

function addModelOptions(command: Command): void {
  command
    .option('-m, --model <FILE>', 'where the model goes')
    .option('--param <YAML>', 'parameters of the algorithm: YAML or JSON, or a file of it; see --help-param')
    .option('--help-algorithm', 'say what the algorithms are, and end')
    .option('--help-param', 'say what parameters --algorithm has, or all of them, and end');
  addAlias(command, '-o, --output <FILE>', 'model', 'the same as --model');
}

/** Whether --help-algorithm or --help-param was all that was asked for. */
async function helped(command: Command): Promise<boolean> {
  const { helpAlgorithm, helpParam } = command.optsWithGlobals<Flags>();
  if (!helpAlgorithm && !helpParam) return false;
  const { algorithmHelp, parameterHelp } = await import('../help/algorithm-help.ts');
  const { algorithm } = command.optsWithGlobals<{ algorithm?: string }>();
  await print(helpAlgorithm ? algorithmHelp() : parameterHelp(algorithm));
  return true;
}

const HINTS: Readonly<Record<string, string>> = {
  model: '--model: name the file that the model goes to',
  feature: '--feature: name the file with the features',
};

const missing = (options: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => (value === undefined ? [HINTS[name]] : []));

async function work(
  command: Command,
  context: Context,
  done: (exitCode: number) => void,
  run: (job: Job) => Promise<number>,
): Promise<void> {
  const { json = false } = command.optsWithGlobals<Flags>();
  done(await unlessInterrupted(context, () => run({ json, signal: context.signal })));
}
