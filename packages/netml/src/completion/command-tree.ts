import type { Command, Option } from 'commander';
import { FLAG_CHOICES } from '../options/settings.ts';

/** What can stand behind a flag. */
export type Value = 'none' | 'file' | 'anything' | readonly string[];

export interface Flag {
  /** As written: `-p`, `--pcap`. */
  readonly names: readonly string[];
  readonly value: Value;
  /** Takes several values. */
  readonly several: boolean;
  readonly help: string;
}

export interface Node {
  /** The command's name, and those in front of it: `learn train`; empty for the program itself. */
  readonly path: string;
  readonly help: string;
  readonly flags: readonly Flag[];
  readonly commands: readonly { readonly name: string; readonly help: string }[];
  /** Words that can stand behind the command itself. */
  readonly words: readonly string[];
}

/** The program's commands as completion scripts need them: the program first, then all that is below it. */
export function commandTree(program: Command): Node[] {
  const walk = (command: Command, path: string): Node[] => {
    const { commands } = command;
    const help = { names: ['-h', '--help'], value: 'none', several: false, help: 'show help' } as const;
    const node = {
      path,
      help: command.description(),
      flags: [...flagsOf(command), help],
      commands: commands.map((sub) => ({ name: sub.name(), help: sub.description() })),
      words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    };
    return [node, ...commands.flatMap((sub) => walk(sub, `${path} ${sub.name()}`.trim()))];
  };
  return walk(program, '');
}

const flagsOf = ({ options }: Command): Flag[] =>
  options.map((option) => ({
    names: [option.short, option.long].filter((name) => name !== undefined),
    value: valueKind(option),
    several: option.variadic,
    help: option.description.replace(/ \([^()]*\)$/, ''),
  }));

function valueKind({ flags, long, required }: Option): Value {
  if (!required) return 'none';
  return FLAG_CHOICES.get(long ?? '') ?? (/<(FILE|YAML)\b/.test(flags) ? 'file' : 'anything');
}
