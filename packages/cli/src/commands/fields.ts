import { print } from '@antinex/runtime/command';
import { Option } from 'commander';
import type { ColumnsFormat } from '../columns-text.ts';
import type { AddCommand } from '../command.ts';

const FORMATS: readonly ColumnsFormat[] = ['text', 'json', 'json-schema', 'markdown'];

const EXAMPLES = `
Examples:
  netpipe fields | grep tcp_
  netpipe fields --json
  netpipe fields --format json-schema > message.schema.json`;

/** `netpipe fields`: the catalogue of columns. */
export const addFields: AddCommand = (program, _context, done) => {
  const formats = new Option('--format <NAME>', 'how to print them').choices(FORMATS).default('text');
  program
    .command('fields')
    .description('List every column of a dataset: name, type, meaning, unit')
    .addOption(formats)
    .option('--json', 'the same as --format json')
    .addHelpText('after', EXAMPLES)
    .action(async (options: { format: ColumnsFormat; json?: boolean }) => {
      const { columnsText } = await import('../columns-text.ts');
      await print(columnsText(options.json ? 'json' : options.format));
      done(0);
    });
};
