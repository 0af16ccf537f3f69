import { CATALOGUE, type MessageData } from '@antinex/decoder';

const FIELDS = new Map(
  CATALOGUE.map(({ layer, fields }) => [layer, new Map(fields.map(([name, type]) => [name, type]))]),
);

/** The paths in a message's data that the catalogue does not have, on every level. */
export function unknownPaths(data: MessageData): string[] {
  const unknown: string[] = [];
  for (const [layer, fields] of Object.entries(data)) {
    if (layer === 'inner') {
      unknown.push(...unknownPaths(fields as MessageData));
      continue;
    }
    const known = FIELDS.get(layer);
    if (known === undefined) {
      unknown.push(layer);
      continue;
    }
    for (const [name, value] of Object.entries(fields as object)) {
      if (value === undefined || known.has(name)) continue;
      const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
      const paths = nested ? Object.keys(value).map((key) => `${name}.${key}`) : [name];
      for (const path of paths) if (!known.has(path)) unknown.push(`${layer}.${path}`);
    }
  }
  return unknown;
}
