/** Follows the packet ids of rows: those of each session have to be 1, 2, 3 ... */
export class IdOrder {
  readonly #counts = new Map<string, number>();

  /** @throws when a packet is missing, doubled or at the wrong place. */
  take(ids: readonly string[]): this {
    for (const id of ids) {
      const session = id.slice(0, id.lastIndexOf('-'));
      const number = (this.#counts.get(session) ?? 0) + 1;
      if (id !== `${session}-${number}`) throw new Error(`${id} where ${session}-${number} should be`);
      this.#counts.set(session, number);
    }
    return this;
  }

  /** How many packets each session has, in the order of their first ones. */
  get counts(): number[] {
    return [...this.#counts.values()];
  }
}
