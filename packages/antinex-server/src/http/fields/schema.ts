import type { Field, FieldTable, Kind } from './field.ts';

const TYPES: Readonly<Record<Kind, object>> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  flag: { type: 'boolean' },
  jsonText: { type: 'string' },
  json: {},
  any: {},
};

/** The JSON schema of a body with these fields, for the API's description. */
export function schemaOf(table: FieldTable, more: Readonly<Record<string, object>> = {}): object {
  const required = Object.keys(table).filter((name) => table[name].required);
  const properties = Object.entries(table).map(([name, field]) => [name, fieldSchema(field)]);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: { ...Object.fromEntries(properties), ...more },
  };
}

const fieldSchema = ({ kind, about, default: otherwise, maxLength, schema }: Field): object => ({
  ...TYPES[kind],
  ...schema,
  description: about,
  ...(otherwise !== undefined && kind !== 'jsonText' && { default: otherwise }),
  ...(kind === 'text' && { maxLength: maxLength ?? 512 }),
});

/** The fields as OPTIONS tells them. */
export const describeFields = (table: FieldTable): object =>
  Object.fromEntries(
    Object.entries(table).map(([name, { kind, required = false, maxLength = 512 }]) => [
      name,
      {
        type: OPTIONS_TYPES[kind],
        required,
        read_only: false,
        label: labelOf(name),
        ...(kind === 'text' && { max_length: maxLength }),
      },
    ]),
  );

const OPTIONS_TYPES: Readonly<Record<Kind, string>> = {
  text: 'string',
  integer: 'integer',
  number: 'float',
  flag: 'boolean',
  jsonText: 'string',
  json: 'field',
  any: 'field',
};

/** `Ds name` for `ds_name` */
const labelOf = (name: string): string => {
  const words = name.replaceAll('_', ' ');
  return words[0].toUpperCase() + words.slice(1);
};
