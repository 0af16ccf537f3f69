import type { Setting } from './settings.ts';

const PLACEHOLDERS: Readonly<Record<Setting['type'], string>> = {
  string: 'TEXT',
  boolean: '',
  integer: 'N',
  number: 'NUMBER',
  duration: 'TIME',
  size: 'SIZE',
  choice: 'NAME',
};

/** A setting as a command line's help shows it: `--output-csv <FILE>` and its help with variable and default. */
export function flagUsage(setting: Setting & { readonly flag: string }): {
  readonly flags: string;
  readonly description: string;
} {
  const placeholder =
    setting.placeholder ??
    (setting.type === 'choice' ? setting.choices.join('|') : PLACEHOLDERS[setting.type]);
  const notes = [
    setting.env === undefined ? '' : `env ${setting.env}`,
    setting.default === undefined || setting.default === false || setting.secret
      ? ''
      : `default ${setting.default}${setting.type === 'duration' ? 'ms' : ''}`,
  ].filter(Boolean);
  return {
    flags: placeholder === '' ? `--${setting.flag}` : `--${setting.flag} <${placeholder}>`,
    description: notes.length > 0 ? `${setting.help} (${notes.join(', ')})` : setting.help,
  };
}
