/** Names that are counted each by itself. */
const MOST_NAMES = 30;
const OTHERS = 'other';
const LONGEST_NAME = 60;

/** Counts things by a name that others choose: reasons, labels. */
export class NamedCounts {
  readonly #counts = new Map<string, number>();

  add(name: string, count: number): void {
    const text = name.slice(0, LONGEST_NAME);
    const kept = this.#counts.has(text) || this.#counts.size < MOST_NAMES ? text : OTHERS;
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + count);
  }

  byName(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
