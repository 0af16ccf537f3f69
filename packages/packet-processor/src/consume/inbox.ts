/** Where deliveries of several consumers come together; how many there can be is up to the consumers. */
export class Inbox<T> {
  #items: T[] = [];
  #wake: (() => void) | undefined;
  #isCalled = false;

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  put(item: T): void {
    this.#items.push(item);
    this.call();
  }

  /** Ends the wait of `take`, this one or the next. */
  call(): void {
    this.#isCalled = true;
    this.#wake?.();
  }

  /** All that is there; waits for something for `ms`, or until it is called. */
  async take(ms: number | undefined): Promise<T[]> {
    if (!this.#isCalled) await this.#called(ms);
    this.#isCalled = false;
    const items = this.#items;
    this.#items = [];
    return items;
  }

  async #called(ms: number | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
