/** A JSON object that hostile keys such as `__proto__` cannot bend. */
export type Rest = { [key: string]: unknown };

export const emptyRest = (): Rest => Object.create(null) as Rest;

/** Sets the value at a path, with the objects on the way to it. */
export function putDeep(rest: Rest, path: readonly string[], value: unknown): void {
  let at = rest;
  for (const key of path.slice(0, -1)) {
    at[key] ??= emptyRest();
    at = at[key] as Rest;
  }
  at[path[path.length - 1]] = value;
}
