import type { Origin } from './message.ts';

/** Something made of where packets come from, which is the same for a whole session. */
export class OfOrigin<T> {
  readonly #make: (origin: Origin) => T;
  #source: string | undefined;
  #session: string | undefined;
  #made: T | undefined;

  constructor(make: (origin: Origin) => T) {
    this.#make = make;
  }

  get(origin: Origin): T {
    const { source, session } = origin;
    if (this.#source !== source || this.#session !== session) {
      this.#made = this.#make(origin);
      this.#source = source;
      this.#session = session;
    }
    return this.#made as T;
  }
}
