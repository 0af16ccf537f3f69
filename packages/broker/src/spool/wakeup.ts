/** Lets one loop sleep until somebody has something for it. What comes while it is awake is not missed. */
export class Wakeup {
  #called = false;
  #resolve: (() => void) | undefined;

  call(): void {
    this.#called = true;
    this.#resolve?.();
  }

  /** Resolves at the first call since the last wait ended, or after `timeoutMs`. */
  async wait(timeoutMs?: number): Promise<void> {
    if (!this.#called) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
      this.#resolve = undefined;
    }
    this.#called = false;
  }
}
