import { COLUMNS, messageSchema } from '@antinex/decoder';
import { columnsMarkdown } from './columns-markdown.ts';

/** How the catalogue of columns can be printed. */
export type ColumnsFormat = 'text' | 'json' | 'json-schema' | 'markdown';

const FORMATS: Readonly<Record<ColumnsFormat, () => string>> = {
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

/** The catalogue of columns. */
export const columnsText = (format: ColumnsFormat): string => `${FORMATS[format]()}\n`;
