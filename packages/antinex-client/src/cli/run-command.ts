import { readFileSync } from 'node:fs';
import { type Config, runMain, type Settings, type SettingValues } from '@antinex/runtime';
import {
  addSettings,
  checkOnly,
  createProgram,
  parseCommandLine,
  print,
  readSettings,
} from '@antinex/runtime/command';
import type { Opened } from './open-client.ts';
import { type CommonValues, LETTERS } from './settings.ts';

/** What a command has to say. */
export interface Outcome {
  /** For --json. */
  readonly record: unknown;
  /** For people. */
  readonly text: string;
}

export interface CommandSpec<S extends Settings> {
  readonly name: string;
  readonly description: string;
  readonly settings: S;
  /** Command lines without the command's name, shown in the help. */
  readonly examples: readonly string[];
  /** The values of the connection among those of the settings. */
  readonly common: (values: SettingValues<S>) => CommonValues;
  readonly problemsOf: (values: SettingValues<S>) => readonly string[];
  readonly run: (opened: Opened, values: SettingValues<S>) => Promise<Outcome>;
}

/** One of the client's commands: from its command line to its exit code. */
export async function runCommand<const S extends Settings>(spec: CommandSpec<S>): Promise<void> {
  const { name, description, settings } = spec;
  await runMain(
    async (signal) => {
      const program = createProgram(name, description, version());
      addSettings(program, settings)
        .option('--json', 'print what the API sent, as JSON')
        .addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${name} ${line}\n`).join('')}`)
        .action(async ({ json }: { json?: boolean }) => {
          const problemsOf = ({ values }: Config<S>) => spec.problemsOf(values);
          const config = await readSettings(program, settings, problemsOf);
          if (config === undefined) return;
          // Help and settings need neither axios nor pino.
          const { openClient } = await import('./open-client.ts');
          const opened = await openClient(name, spec.common(config.values), signal);
          if (await checkOnly(program, () => opened.client.logIn())) return;
          const { record, text } = await spec.run(opened, config.values);
          await print(json ? `${printable(JSON.stringify(record, null, 2))}\n` : printable(text));
        });
      addLetters(program.options);
      return parseCommandLine(program, process.argv);
    },
    { name },
  );
}

/** The original's one-letter options. */
function addLetters(
  options: readonly { short?: string | undefined; flags: string; long?: string | undefined }[],
) {
  for (const option of options) {
    const letter = LETTERS[option.long?.slice(2) ?? ''];
    if (letter === undefined) continue;
    option.short = `-${letter}`;
    option.flags = `-${letter}, ${option.flags}`;
  }
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What a server sends must not steer the terminal. */
const printable = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
