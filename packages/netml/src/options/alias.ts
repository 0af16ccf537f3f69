import { type Command, Option } from 'commander';

/** Adds a flag with a value that is another name for the option `key`. */
export function addAlias(command: Command, flags: string, key: string, help: string): void {
  const option = new Option(flags, help);
  command.addOption(option);
  command.on(`option:${option.name()}`, (value: string) => {
    command.setOptionValue(key, value);
  });
}
