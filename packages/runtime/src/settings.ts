interface SettingBase {
  /** The flag without its dashes: `output-csv`. */
  readonly flag?: string;
  /** The environment variable, also the key in an env file. */
  readonly env?: string;
  readonly help: string;
  /** The word for the value in the help: `FILE` in `--output-csv <FILE>`. */
  readonly placeholder?: string;
  /** Never print the value. */
  readonly secret?: true;
}

interface StringSetting extends SettingBase {
  readonly type: 'string';
  readonly default?: string;
  /** An empty environment variable counts as "set to nothing". Elsewhere empty means not set. */
  readonly emptyIsValue?: true;
}

interface BooleanSetting extends SettingBase {
  readonly type: 'boolean';
  readonly default?: boolean;
}

interface NumberSetting extends SettingBase {
  /** integer, number (with a fraction), duration (milliseconds) or size (bytes). */
  readonly type: 'integer' | 'number' | 'duration' | 'size';
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

interface ChoiceSetting extends SettingBase {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default?: string;
}

/** One value a program can be given, and the places it can come from. */
export type Setting = StringSetting | BooleanSetting | NumberSetting | ChoiceSetting;

/** All settings of a program by name; the name is the key in a JSON config file. */
export type Settings = Readonly<Record<string, Setting>>;

export type SettingValue = string | number | boolean;

type Value<S extends Setting> = S extends ChoiceSetting
  ? S['choices'][number]
  : S extends BooleanSetting
    ? boolean
    : S extends NumberSetting
      ? number
      : string;

/** The loaded values: durations in milliseconds, sizes in bytes; undefined where there is no default. */
export type SettingValues<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends { default: SettingValue } ? Value<S[K]> : Value<S[K]> | undefined;
};

/** Declares a program's settings; the types of the loaded values follow from it. */
export function defineSettings<const S extends Settings>(settings: S): S {
  return settings;
}

/** The key under which the command line's parser hands a flag over: `outputCsv` for `output-csv`. */
export function flagKey(flag: string): string {
  return flag.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());
}
