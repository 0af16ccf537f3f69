import { baseColumns, type Schema } from '@antinex/dataset';

/** Names of AntiNex's own models: all are trained on datasets of the original. */
const OF_ANTINEX = /antinex/i;

const COLUMNS = { 2: new Set(baseColumns(2)), legacy: new Set(baseColumns('legacy')) };

/** What ANTINEX_SCHEMA may be. */
export type SchemaChoice = 'auto' | '2' | 'legacy';

/**
 * The schema that a model was trained on. `auto` goes by its name, and by its columns: one that only the
 * legacy schema has can mean no other.
 */
export function schemaOfModel(choice: SchemaChoice, model: string, features: readonly string[]): Schema {
  if (choice !== 'auto') return choice === '2' ? 2 : 'legacy';
  const isLegacy = features.some((name) => COLUMNS.legacy.has(name) && !COLUMNS[2].has(name));
  return isLegacy || OF_ANTINEX.test(model) ? 'legacy' : 2;
}

/** Those of the columns that rows of a schema cannot have. */
export const unknownColumns = (schema: Schema, features: readonly string[]): string[] =>
  features.filter((name) => !COLUMNS[schema].has(name));
