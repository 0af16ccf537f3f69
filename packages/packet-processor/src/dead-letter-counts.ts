/** Reasons that are counted each by itself. */
const MOST_REASONS = 30;
const OTHERS = 'other';
const LONGEST_REASON = 60;

/** Counts messages put aside, by reason. */
export class DeadLetterCounts {
  readonly #counts = new Map<string, number>();

  add(reason: string, messages: number): void {
    const text = reason.slice(0, LONGEST_REASON);
    const name = this.#counts.has(text) || this.#counts.size < MOST_REASONS ? text : OTHERS;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + messages);
  }

  byReason(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
