import { type Command, Option } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { PipelineError } from '../errors.ts';
import { printConfig } from '../print-config.ts';
import type { Settings } from '../settings.ts';
import { flagUsage } from '../usage.ts';
import { print } from './print.ts';

/** Adds a flag for each setting that has one. */
export function addFlags(command: Command, settings: Settings): Command {
  for (const setting of Object.values(settings)) {
    if (setting.flag === undefined) continue;
    const { flags, description } = flagUsage({ ...setting, flag: setting.flag });
    const option = new Option(flags, description);
    // Commander takes `--no-x` for the opposite of `--x`; our settings are what they are called.
    option.negate = false;
    command.addOption(option);
  }
  return command;
}

/** The same, and the flags that every command with settings has. */
export function addSettings(command: Command, settings: Settings): Command {
  return addFlags(command, settings)
    .option('--config <FILE>', 'JSON file with settings by name')
    .option('--env-file <FILE>', 'file with KEY=VALUE lines')
    .option('--print-config', 'print every setting, its value and where it comes from, and end')
    .option('--check', 'check the settings, and what can be checked without starting, and end');
}

/**
 * A command's settings, also of flags in front of it; undefined when --print-config was all that was
 * asked. `problemsOf` finds what is wrong with values that are good one by one.
 *
 * @throws PipelineError CONFIG_INVALID naming every bad value.
 */
export async function readSettings<const S extends Settings>(
  command: Command,
  settings: S,
  problemsOf: (config: Config<S>) => readonly string[] = () => [],
): Promise<Config<S> | undefined> {
  const flags = command.optsWithGlobals<Record<string, unknown>>();
  const files = [flags.config, flags.envFile].filter((file) => typeof file === 'string');
  const config = loadConfig(settings, { flags, env: process.env, file: files });
  const problems = problemsOf(config);
  if (problems.length > 0) throw new PipelineError('CONFIG_INVALID', { problems });
  if (!flags.printConfig) return config;
  await print(printConfig(settings, config));
  return undefined;
}

/**
 * Whether --check was given. `check` looks at what the settings alone do not tell (a device, a broker)
 * and throws what is wrong.
 */
export async function checkOnly(
  command: Command,
  check: () => Promise<void> = async () => {},
): Promise<boolean> {
  if (command.opts<{ check?: boolean }>().check !== true) return false;
  await check();
  await print('the settings are valid\n');
  return true;
}
