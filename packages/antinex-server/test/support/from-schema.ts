import fc from 'fast-check';

/** A JSON schema, as far as the API's description goes. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  'ü✓',
  "' OR 1=1 --",
  '../../etc/passwd',
  '/etc/passwd',
  '{"a":1}',
  '[1',
  'NaN',
  '1e999',
  '__proto__',
  'constructor',
  'label_value',
  'x'.repeat(5000),
];
const ODD_NUMBERS = [0, -0, -1, 1, 2, 3, 0.2, 1.5, -1e308, 1e308, 2 ** 31, 2 ** 53, -(2 ** 53)];

const anything = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>;

/** Values of a schema, with some among them that are not: odd texts and numbers, wrong types, missing and new keys. */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: goodValuesOf(schema) }, { weight: 1, arbitrary: anything });
}

function goodValuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
  const [type] = [schema.type ?? 'any'].flat();
  switch (type) {
    case 'object':
      return objectsOf(schema);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), { maxLength: 6 });
    case 'integer':
      return fc.oneof(fc.integer({ min: -2, max: 5 }), fc.constantFrom(...ODD_NUMBERS));
    case 'number':
      return fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(...ODD_NUMBERS));
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.oneof(fc.constantFrom('a', 'b', 'label_value', ...ODD_TEXTS), fc.string());
    default:
      return anything;
  }
}

function objectsOf({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  const known = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, valuesOf(one)]));
  const record = fc
    .record(known, { requiredKeys: [] })
    .chain((some) =>
      fc
        .record(
          Object.fromEntries(required.filter((name) => !(name in some)).map((name) => [name, known[name]])),
        )
        .map((rest) => ({ ...some, ...rest })),
    );
  if (typeof additionalProperties !== 'object') return record;
  const names = fc.oneof(fc.constantFrom('a', 'b', 'label_value'), fc.string());
  const more = fc.dictionary(names, valuesOf(additionalProperties), { maxKeys: 4 });
  return fc.tuple(record, more).map(([one, other]) => ({ ...one, ...other }));
}
