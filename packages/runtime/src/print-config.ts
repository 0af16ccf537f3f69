import type { Config } from './config.ts';
import { MASK, maskSecrets } from './secrets.ts';
import type { Setting, Settings, SettingValue } from './settings.ts';

const UNITS: Partial<Record<Setting['type'], string>> = { duration: 'ms', size: 'B' };

/** A line for each setting: its name, its value and where that came from. Secrets are masked. */
export function printConfig<S extends Settings>(settings: S, config: Config<S>): string {
  const rows = Object.entries(settings).map(([name, setting]) => [
    setting.flag === undefined ? (setting.env ?? name) : `--${setting.flag}`,
    show(setting, config.values[name]),
    config.origins[name],
  ]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
  return rows
    .map(([name, value, origin]) => `${name.padEnd(widths[0])}  ${value.padEnd(widths[1])}  (${origin})\n`)
    .join('');
}

function show(setting: Setting, value: SettingValue | undefined): string {
  if (value === undefined) return '-';
  if (setting.secret) return MASK;
  if (typeof value !== 'string') return `${value}${UNITS[setting.type] ?? ''}`;
  const text = maskSecrets(value);
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text);
}
