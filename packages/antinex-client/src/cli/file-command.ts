import { connectionProblems } from '../from-settings.ts';
import type { WaitOptions } from '../waiting.ts';
import type { Opened } from './open-client.ts';
import { type Outcome, runCommand } from './run-command.ts';
import { API_SETTINGS, FILE_SETTING, merged, waitSettings } from './settings.ts';

export interface FileSpec {
  readonly name: string;
  readonly description: string;
  /** How long to wait for the end unless told. */
  readonly waitMs: number;
  readonly run: (opened: Opened, request: object, wait: WaitOptions) => Promise<Outcome>;
}

/** A command that posts a file and waits for what comes of it. */
export async function runFileCommand({ name, description, waitMs, run }: FileSpec): Promise<void> {
  await runCommand({
    name,
    description,
    settings: { ...API_SETTINGS, ...FILE_SETTING, ...waitSettings(waitMs) },
    examples: [
      '-f request.json -u root -a http://localhost:8010          # API_PASSWORD has the password',
      '--env-file envs/antinex-dev.env --file request.json --wait 30m --json',
    ],
    common: merged,
    problemsOf: (values) => [
      ...connectionProblems(merged(values), 'API'),
      ...(values.file === undefined ? ['which request? --file FILE, or DATAFILE'] : []),
    ],
    async run(opened, { file = '', wait, launchedWait }) {
      const { readJsonObject } = await import('../request/template.ts');
      const request = await readJsonObject(file);
      return run(opened, request, { deadlineMs: wait, launchedMs: launchedWait, signal: opened.signal });
    },
  });
}
