import { CATALOGUE, COLUMNS, type ColumnSpec } from '@antinex/decoder';

/** docs/columns.md: the catalogue of columns, a table for each layer. */
export function columnsMarkdown(): string {
  const layers = CATALOGUE.map(({ layer, prefix, title }) => {
    const columns = COLUMNS.filter(({ path }) => path[0] === layer);
    return `## ${title} (\`${prefix}_\`)\n\n${table(columns)}`;
  });
  const inner = COLUMNS.filter(({ path }) => path[0] === 'inner');
  return [
    '# Columns of a schema-2 dataset',
    'Made by `npm run docs` from the catalogue in `packages/decoder/src/fields.ts`.',
    `A file has \`idx\` (row number, from 0), \`packet_id\` (unique: source, session and frame number) and then these ${COLUMNS.length} columns sorted by name. A column that does not apply to a packet is empty. \`bool\` is 1 or 0, lists are joined by spaces, \`json\` is JSON text.`,
    ...layers,
    `## Tunnelled packet (\`inner_\`)\n\n${table(inner)}`,
  ].join('\n\n');
}

function table(columns: readonly ColumnSpec[]): string {
  const rows = columns.map(
    ({ column, type, meaning, unit = '' }) => `| \`${column}\` | ${type} | ${meaning} | ${unit} |`,
  );
  return ['| column | type | meaning | unit |', '|---|---|---|---|', ...rows].join('\n');
}
