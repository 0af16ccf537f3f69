/** A column, or the columns of a nested object. */
interface Slot {
  readonly key: string;
  /** Columns it takes. */
  readonly width: number;
  /** The nested object's own slots. */
  readonly group?: Group;
  /** The cell is JSON text, whatever the value is. */
  readonly json?: boolean;
}

const REMEMBERED = 64;

/**
 * The columns of one object of a message, in file order, and the values a row has there. A row is
 * placed into the groups and written out of them before the next one comes, so they are reused.
 *
 * Slots are kept as parallel lists, since placing and writing go through them for every packet.
 */
export class Group {
  /** Keys that lead here from a message's `data`. */
  readonly path: readonly string[];
  /** The group whose JSON column takes what has no column in here; undefined where new columns do. */
  readonly nested: Group | undefined;
  readonly keys: string[] = [];
  readonly widths: number[] = [];
  readonly groups: (Group | undefined)[] = [];
  readonly json: boolean[] = [];
  /** The row's values by slot; the group itself stands for a nested object, undefined is empty. */
  readonly values: unknown[] = [];
  /** The slots stand for the two places of a list. */
  isPair = false;
  /** Slot of the JSON column for what has no other, in the group that has it. */
  restSlot = -1;
  /** The keys of the object before, and their slots: most objects have the same keys in the same order. */
  readonly lastKeys: string[] = [];
  readonly lastSlots: number[] = [];
  readonly #index = new Map<string, number>();

  constructor(path: readonly string[], parent?: Group, startsNested = false) {
    this.path = path;
    this.nested = startsNested ? this : parent?.nested;
  }

  /** Adds a slot behind the others; without `findable` no key of a message leads to it. */
  add({ key, width, group, json = false }: Slot, findable = true): void {
    if (findable) this.#index.set(key, this.values.length);
    this.keys.push(key);
    this.widths.push(width);
    this.groups.push(group);
    this.json.push(json);
    this.values.push(undefined);
  }

  /** The slot of a key, -1 where there is none. */
  slotOf(key: string): number {
    return this.#index.get(key) ?? -1;
  }

  /** The same; `nth` is the key's place in its object, by which it is remembered. */
  find(key: string, nth: number): number {
    const slot = this.slotOf(key);
    if (nth < REMEMBERED && nth <= this.lastKeys.length && slot >= 0) {
      this.lastKeys[nth] = key;
      this.lastSlots[nth] = slot;
    }
    return slot;
  }

  /** Forgets the row's values, here and in nested groups. */
  clear(): void {
    this.values.fill(undefined);
    for (const group of this.groups) group?.clear();
  }
}
