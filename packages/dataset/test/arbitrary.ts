import { COLUMNS } from '@antinex/decoder';
import fc from 'fast-check';

/** Text that a CSV file has to put in quotes now and then. */
export const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.string({ unit: fc.constantFrom(...'ab ,"\n\r;\t\u{feff}é€😀-.:'), maxLength: 90 }),
  fc.string({ unit: fc.constantFrom('a', '0', ' '), minLength: 60, maxLength: 300 }),
);
/** What may stand in a message. */
export const value = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.nat(0xffffffff),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(fc.integer(), text, fc.boolean()), { maxLength: 4 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const known = fc.constantFrom(...COLUMNS.map(({ path }) => path.filter((key) => typeof key === 'string')));
/** A message's data: values at places the catalogue knows, beside others. */
export const data = fc
  .tuple(
    fc.array(fc.tuple(known, value), { maxLength: 30 }),
    fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 2 }),
  )
  .map(([fields, others]) => {
    const result: Record<string, unknown> = { ...others };
    for (const [path, item] of fields) {
      let at = result;
      for (const key of path.slice(0, -1)) {
        if (typeof at[key] !== 'object' || at[key] === null || Array.isArray(at[key])) at[key] = {};
        at = at[key] as Record<string, unknown>;
      }
      at[path[path.length - 1]] = item;
    }
    return result;
  });
