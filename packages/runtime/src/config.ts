import { readFileSync } from 'node:fs';
import { toPipelineError } from './describe-error.ts';
import { parseEnvFile } from './env-file.ts';
import { PipelineError } from './errors.ts';
import { parseValue } from './parse-value.ts';
import { maskSecrets } from './secrets.ts';
import { flagKey, type Setting, type Settings, type SettingValue, type SettingValues } from './settings.ts';

/** Where settings are looked for. */
export interface ConfigSources {
  /** What the command line's parser returned, by camelCase flag; undefined means not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Path of a JSON file (`{"outputCsv": "x.csv"}`) or an env file (`OUTPUT_CSV=x.csv`). Of several, later ones win. */
  readonly file?: string | readonly string[] | undefined;
}

export interface Config<S extends Settings> {
  readonly values: SettingValues<S>;
  /** Where each value came from: `--output-csv`, `env OUTPUT_CSV`, `x.env: OUTPUT_CSV` or `default`. */
  readonly origins: { readonly [K in keyof S]: string };
}

interface Candidate {
  readonly raw: unknown;
  readonly origin: string;
}

type Lookup = (name: string, setting: Setting) => Candidate | undefined;

/**
 * Finds each setting's value: flag before environment before file before default.
 *
 * @throws PipelineError CONFIG_INVALID naming every bad value and its source; or a file error when a
 * config file cannot be read.
 */
export function loadConfig<const S extends Settings>(settings: S, sources: ConfigSources): Config<S> {
  const problems: string[] = [];
  const files = [sources.file ?? []].flat().map((path) => openFile(path, settings, problems));
  const lookups: Lookup[] = [fromFlags(sources.flags ?? {}), fromEnv(sources.env ?? {}), ...files.reverse()];
  const values: Record<string, SettingValue | undefined> = {};
  const origins: Record<string, string> = {};
  for (const [name, setting] of Object.entries(settings)) {
    let found: Candidate | undefined;
    for (const lookup of lookups) {
      found = lookup(name, setting);
      if (found) break;
    }
    values[name] = found ? read(setting, found, problems) : setting.default;
    origins[name] = found ? found.origin : 'default';
  }
  if (problems.length > 0) throw new PipelineError('CONFIG_INVALID', { problems });
  return { values, origins } as unknown as Config<S>;
}

function read(setting: Setting, { raw, origin }: Candidate, problems: string[]): SettingValue | undefined {
  const scalar = typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean';
  const parsed = scalar ? parseValue(setting, raw) : { expected: 'one plain value' };
  if ('value' in parsed) return parsed.value;
  const shown = setting.secret ? '' : ` ${maskSecrets(JSON.stringify(raw)).slice(0, 80)}`;
  problems.push(`${origin}${shown}: must be ${parsed.expected}`);
  return undefined;
}

const fromFlags =
  (flags: Readonly<Record<string, unknown>>): Lookup =>
  (_name, { flag }) => {
    const raw = flag === undefined ? undefined : flags[flagKey(flag)];
    return raw === undefined ? undefined : { raw, origin: `--${flag}` };
  };

const fromEnv =
  (env: Readonly<Record<string, string | undefined>>): Lookup =>
  (_name, setting) =>
    candidate(setting.env === undefined ? undefined : env[setting.env], setting, () => `env ${setting.env}`);

/** Compose files and env files set variables to nothing all the time: that means not set. */
function candidate(raw: unknown, setting: Setting, origin: () => string): Candidate | undefined {
  const keepsEmpty = setting.type === 'string' && setting.emptyIsValue;
  if (raw === undefined || raw === null || (raw === '' && !keepsEmpty)) return undefined;
  return { raw, origin: origin() };
}

function openFile(path: string, settings: Settings, problems: string[]): Lookup {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw toPipelineError(error, { path, access: 'read' });
  }
  return text.trimStart().startsWith('{')
    ? jsonFile(path, text, settings, problems)
    : envFile(path, text, problems);
}

/** Variables that are no setting of ours are fine: one env file serves several programs. */
function envFile(path: string, text: string, problems: string[]): Lookup {
  const { variables, badLines } = parseEnvFile(text);
  for (const line of badLines) problems.push(`${path}, line ${line}: must be KEY=VALUE`);
  return (_name, setting) =>
    candidate(
      setting.env === undefined ? undefined : variables.get(setting.env),
      setting,
      () => `${path}: ${setting.env}`,
    );
}

function jsonFile(path: string, text: string, settings: Settings, problems: string[]): Lookup {
  let keys: Record<string, unknown>;
  try {
    keys = JSON.parse(text);
  } catch (error) {
    problems.push(`${path}: not valid JSON (${(error as Error).message})`);
    return () => undefined;
  }
  for (const key of Object.keys(keys)) {
    if (!Object.hasOwn(settings, key)) problems.push(`${path}: unknown setting "${key}"`);
  }
  return (name, setting) =>
    candidate(Object.hasOwn(keys, name) ? keys[name] : undefined, setting, () => `${path}: ${name}`);
}
