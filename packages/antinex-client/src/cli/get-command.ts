import { defineSettings } from '@antinex/runtime';
import { connectionProblems } from '../from-settings.ts';
import type { Opened } from './open-client.ts';
import { runCommand } from './run-command.ts';
import { API_SETTINGS, merged } from './settings.ts';

export interface GetSpec<T> {
  readonly name: string;
  readonly description: string;
  /** `job`, as in the help for its number. */
  readonly what: string;
  /** The variable with the number. */
  readonly env: string;
  readonly get: (opened: Opened, id: number) => Promise<T>;
  readonly describe: (record: T) => Promise<string>;
}

/** A command that shows one record by its number. */
export async function runGetCommand<T>(spec: GetSpec<T>): Promise<void> {
  const { name, description, what, env } = spec;
  const idSetting = defineSettings({
    id: { flag: 'id', env, type: 'integer', min: 0, placeholder: 'N', help: `number of the ${what}` },
  });
  await runCommand({
    name,
    description,
    settings: { ...API_SETTINGS, ...idSetting },
    examples: [
      '-i 3 -u root -a http://localhost:8010          # API_PASSWORD has the password',
      '--env-file envs/antinex-dev.env --id 3 --json',
    ],
    common: merged,
    problemsOf: (values) => [
      ...connectionProblems(merged(values), 'API'),
      ...(values.id === undefined ? [`which ${what}? --id N, or ${env}`] : []),
    ],
    async run(opened, values) {
      const record = await spec.get(opened, values.id ?? 0);
      return { record, text: await spec.describe(record) };
    },
  });
}
