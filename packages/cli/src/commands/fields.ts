import { COLUMNS, messageSchema } from '@antinex/decoder';
import { print } from '@antinex/runtime/command';
import { Option } from 'commander';
import { columnsMarkdown } from '../columns-markdown.ts';
import type { AddCommand } from '../command.ts';

const FORMATS: Readonly<Record<string, () => string>> = {
  text: () => {
    const width = Math.max(...COLUMNS.map(({ column }) => column.length));
    return COLUMNS.map(({ column, type, unit, title, meaning }) =>
      `${column.padEnd(width)}  ${type.padEnd(8)}  ${title}: ${meaning}${unit === undefined ? '' : ` [${unit}]`}`.trimEnd(),
    ).join('\n');
  },
  json: () => JSON.stringify(COLUMNS, null, 2),
  'json-schema': () => JSON.stringify(messageSchema(), null, 2),
  markdown: columnsMarkdown,
};

const EXAMPLES = `
Examples:
  netpipe fields | grep tcp_
  netpipe fields --json
  netpipe fields --format json-schema > message.schema.json`;

/** `netpipe fields`: the catalogue of columns. */
export const addFields: AddCommand = (program, _context, done) => {
  const formats = new Option('--format <NAME>', 'how to print them')
    .choices(Object.keys(FORMATS))
    .default('text');
  program
    .command('fields')
    .description('List every column of a dataset: name, type, meaning, unit')
    .addOption(formats)
    .option('--json', 'the same as --format json')
    .addHelpText('after', EXAMPLES)
    .action(async (options: { format: string; json?: boolean }) => {
      await print(`${FORMATS[options.json ? 'json' : options.format]()}\n`);
      done(0);
    });
};
