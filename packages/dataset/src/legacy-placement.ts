import { LEGACY_LAYERS } from '@antinex/decoder';
import { isRecord } from './cell.ts';
import { legacyGroup } from './layout.ts';
import { legacyCell } from './legacy-cell.ts';
import { Budget, type Refusal } from './limits.ts';
import { columnName, type Extra, type Placer } from './placement.ts';

/** Keys that are remembered; beyond, each is looked up every time. */
const MOST_REMEMBERED = 4096;

/** Where a field goes. */
interface Place {
  readonly path: readonly string[];
  readonly column: string;
  /** -1 where the schema has no such column. */
  readonly slot: number;
  /** The fields in it, if it is an object. */
  readonly inside: Map<string, Place>;
}

/**
 * Places messages of the Python original. As there, layers it does not know are left out, empty
 * objects vanish, and a message without a layer has no row.
 */
export class LegacyPlacer implements Placer {
  readonly root = legacyGroup();
  readonly id = null;
  readonly extras: Extra[] = [];
  readonly #budget = new Budget();
  readonly #layers = LEGACY_LAYERS.map((layer) => ({ layer, place: this.#placeOf([layer]) }));
  #remembered = 0;

  place(message: unknown): Refusal | undefined {
    this.extras.length = 0;
    if (!isRecord(message)) return 'not-a-message';
    const { schema, data } = message;
    if (schema !== undefined) return schema === 2 ? 'other-schema' : 'not-a-message';
    if (!isRecord(data)) return 'not-a-message';
    this.#budget.reset();
    if (!this.#budget.spend(data)) return this.#budget.refusal;
    if (Object.keys(data).length === 0) return 'empty';
    for (const { layer, place } of this.#layers) {
      if (Object.hasOwn(data, layer) && isRecord(data[layer])) this.#flatten(place, data[layer]);
    }
    return undefined;
  }

  #flatten(above: Place, fields: Record<string, unknown>): void {
    for (const key in fields) {
      const value = fields[key];
      const place = above.inside.get(key) ?? this.#newPlace(above, key);
      if (isRecord(value)) this.#flatten(place, value);
      else if (place.slot >= 0) this.root.values[place.slot] = legacyCell(value) ?? undefined;
      else if (value !== null && value !== '') {
        this.extras.push({ path: place.path, column: place.column, value: legacyCell(value) });
      }
    }
  }

  #newPlace(above: Place, key: string): Place {
    const place = this.#placeOf([...above.path, key]);
    if (this.#remembered < MOST_REMEMBERED) above.inside.set(key, place);
    this.#remembered++;
    return place;
  }

  #placeOf(path: readonly string[]): Place {
    const column = columnName(path);
    return { path, column, slot: this.root.slotOf(column), inside: new Map() };
  }
}
