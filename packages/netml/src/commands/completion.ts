import { print } from '@antinex/runtime/command';
import { Argument } from 'commander';
import type { AddCommand } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { commandTree } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

const EXAMPLES = `
Examples:
  source <(netml completion bash)
  netml completion zsh > "\${fpath[1]}/_netml"
  netml completion fish > ~/.config/fish/completions/netml.fish`;

/** `netml completion SHELL`: prints a script for a shell. */
export const addCompletion: AddCommand = (program, _context, done) => {
  program
    .command('completion')
    .description('Print a script that completes the command line in a shell')
    .addArgument(new Argument('<SHELL>', 'which one').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: keyof typeof SHELLS) => {
      await print(SHELLS[shell](commandTree(program)));
      done(0);
    });
};
