import { COLUMNS, type ColumnSpec, LEGACY_COLUMNS, REST } from '@antinex/decoder';
import { Group } from './group.ts';

interface Placed {
  readonly spec: ColumnSpec;
  readonly path: readonly (string | number)[];
}

/**
 * The groups of schema 2: the message's `data` and the layers and objects in it, as the catalogue has
 * them. One that has a `rest` column (a packet inside the packet) keeps there what has no column.
 */
export function schema2Groups(columns: readonly ColumnSpec[] = COLUMNS): Group {
  return build(
    new Group([]),
    columns.map((spec) => ({ spec, path: spec.path })),
  );
}

/** The one flat group of the legacy schema, its keys are the columns. */
export function legacyGroup(): Group {
  const group = new Group([]);
  for (const key of LEGACY_COLUMNS) group.add({ key, width: 1 });
  return group;
}

/**
 * Fills a group with columns whose paths start in it. Columns of one object stand side by side,
 * because their names share a prefix; the catalogue is wrong where they do not.
 */
function build(group: Group, columns: readonly Placed[]): Group {
  const seen = new Set<string>();
  for (let from = 0, to = 0; from < columns.length; from = to) {
    const key = String(columns[from].path[0]);
    if (seen.has(key))
      throw new Error(`the columns of ${[...group.path, key].join('.')} are not side by side`);
    seen.add(key);
    while (to < columns.length && String(columns[to].path[0]) === key) to++;
    addSlot(group, key, columns.slice(from, to));
  }
  return group;
}

function addSlot(group: Group, key: string, columns: readonly Placed[]): void {
  const { spec, path } = columns[0];
  if (path.length === 1) {
    if (typeof path[0] === 'number') group.isPair = true;
    const isRest = group.nested === group && key === REST;
    if (isRest) group.restSlot = group.values.length;
    group.add({ key, width: 1, json: spec.type === 'json' }, !isRest);
    return;
  }
  const below = columns.map((column) => ({ spec: column.spec, path: column.path.slice(1) }));
  const hasRest = below.some((column) => column.path.length === 1 && column.path[0] === REST);
  const inside = new Group([...group.path, key], group, hasRest);
  group.add({ key, width: columns.length, group: build(inside, below) });
}
