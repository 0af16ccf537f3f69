import { join } from 'node:path';

/** `<dir>/<name>-YYYY-MM-DD-HH-MM-SS.csv` in local time, as the original names its datasets. */
export function defaultCsvPath(
  settings: { readonly datasetDir: string; readonly datasetName: string },
  now = new Date(),
): string {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  const time = local.toISOString().slice(0, 19).replace(/[T:]/g, '-');
  return join(settings.datasetDir, `${settings.datasetName}-${time}.csv`);
}
