/**
 * What a cell holds. `token` is plain ASCII, safe anywhere;
 * `decimal` and `time` are text because no double holds nanoseconds; lists of
 * plain values are joined by spaces; `pair` is two columns, `.0` and `.1`; `json` is JSON text.
 */
export type FieldType =
  | 'uint'
  | 'int'
  | 'float'
  | 'bool'
  | 'decimal'
  | 'time'
  | 'token'
  | 'string'
  | 'mac'
  | 'ipv4'
  | 'ipv6'
  | 'hex'
  | 'uint[]'
  | 'string[]'
  | 'pair'
  | 'json';

/** Name (dots lead into nested fields), type, meaning and, where there is one, unit. */
export type FieldSpec = readonly [name: string, type: FieldType, meaning: string, unit?: string];

/** One layer's fields: `layer` is its name in a message, `prefix` in a column. */
export interface LayerSpec {
  readonly layer: string;
  readonly prefix: string;
  readonly title: string;
  readonly fields: readonly FieldSpec[];
}

/** The fields of the object `name`, without its name in front. */
export function insideOf(fields: readonly FieldSpec[], name: string): FieldSpec[] {
  return fields
    .filter(([path]) => path.startsWith(`${name}.`))
    .map(([path, ...rest]) => [path.slice(name.length + 1), ...rest]);
}
