import { type FieldSpec, type FieldType, insideOf } from './fields/spec.ts';
import { CATALOGUE } from './fields.ts';

type JsonSchema = Record<string, unknown>;

const TYPES: Readonly<Record<FieldType, JsonSchema>> = {
  uint: { type: 'integer', minimum: 0 },
  int: { type: 'integer' },
  float: { type: 'number' },
  bool: { type: 'boolean' },
  decimal: { type: 'string', pattern: '^-?[0-9]+\\.[0-9]+$' },
  time: { type: ['string', 'null'] },
  token: { type: 'string' },
  string: { type: 'string' },
  mac: { type: 'string' },
  ipv4: { type: 'string' },
  ipv6: { type: 'string' },
  hex: { type: 'string', pattern: '^([0-9a-f]{2})*$' },
  'uint[]': { type: 'array', items: { type: ['integer', 'null'], minimum: 0 } },
  'string[]': { type: 'array', items: { type: 'string' } },
  pair: { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 2, maxItems: 2 },
  json: { type: 'array' },
};

/** The JSON Schema (draft 2020-12) of a schema-2 message, made from the catalogue. */
export function messageSchema(): JsonSchema {
  const layers = Object.fromEntries(
    CATALOGUE.map(({ layer, title, fields }) => [layer, { title, ...objectSchema(fields) }]),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Packet message, schema 2',
    type: 'object',
    required: ['schema', 'id', 'source', 'created', 'data'],
    additionalProperties: false,
    properties: {
      schema: { const: 2 },
      id: { type: 'string', description: 'Unique: source, session and frame number' },
      source: { type: 'string', description: 'Host that captured' },
      created: { type: ['string', 'null'], description: 'Second of the capture, ISO 8601 UTC' },
      data: { $ref: '#/$defs/packet' },
    },
    $defs: {
      packet: {
        type: 'object',
        description: 'Layers by name, outermost first',
        additionalProperties: false,
        properties: { ...layers, inner: { $ref: '#/$defs/packet' } },
      },
    },
  };
}

function objectSchema(fields: readonly FieldSpec[]): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [path, type, meaning, unit] of fields) {
    const [name, ...below] = path.split('.');
    if (below.length === 0) {
      properties[name] = {
        ...TYPES[type],
        description: unit === undefined ? meaning : `${meaning}, ${unit}`,
      };
    } else if (!(name in properties)) properties[name] = objectSchema(insideOf(fields, name));
  }
  return { type: 'object', additionalProperties: false, properties };
}
