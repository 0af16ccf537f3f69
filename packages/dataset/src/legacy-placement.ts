import { LEGACY_LAYERS } from '@antinex/decoder';
import { isRecord } from './cell.ts';
import { legacyGroup } from './layout.ts';
import { legacyCell } from './legacy-cell.ts';
import { Budget, type Refusal } from './limits.ts';
import { columnName, type Extra, type Placer } from './placement.ts';

/**
 * Places messages of the Python original. As there, layers it does not know are left out, empty
 * objects vanish, and a message without a layer has no row.
 */
export class LegacyPlacer implements Placer {
  readonly root = legacyGroup();
  readonly id = null;
  readonly extras: Extra[] = [];
  readonly #budget = new Budget();
  #nth = 0;

  place(message: unknown): Refusal | undefined {
    this.extras.length = 0;
    if (!isRecord(message)) return 'not-a-message';
    const { schema, data } = message;
    if (schema !== undefined) return schema === 2 ? 'other-schema' : 'not-a-message';
    if (!isRecord(data)) return 'not-a-message';
    this.#budget.reset();
    if (!this.#budget.spend(data)) return this.#budget.refusal;
    if (Object.keys(data).length === 0) return 'empty';
    this.#nth = 0;
    for (const layer of LEGACY_LAYERS) {
      if (Object.hasOwn(data, layer) && isRecord(data[layer])) this.#flatten([layer], data[layer]);
    }
    return undefined;
  }

  #flatten(path: readonly string[], fields: Record<string, unknown>): void {
    for (const key in fields) {
      const value = fields[key];
      const below = [...path, key];
      if (isRecord(value)) {
        this.#flatten(below, value);
        continue;
      }
      const column = columnName(below);
      const at = this.root.find(column, this.#nth++);
      if (at >= 0) this.root.values[at] = legacyCell(value) ?? undefined;
      else if (value !== null && value !== '')
        this.extras.push({ path: below, column, value: legacyCell(value) });
    }
  }
}
