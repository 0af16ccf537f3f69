/** Delivery tags from first to last, both included: what is settled together. */
export interface TagRange {
  readonly first: number;
  readonly last: number;
}

/** One ack for the broker; `multiple` acks all tags below as well that are not settled yet. */
export interface Ack {
  readonly tag: number;
  readonly multiple: boolean;
}

/**
 * Joins the acks of one channel: in order, any number of deliveries take one `multiple` ack; what is
 * acked ahead of an unsettled delivery must not use it, and is acked tag by tag.
 * Every tag from 1 on is settled once, in any order, in ranges that do not overlap.
 */
export class AckLedger {
  /** Below it, every tag is settled. */
  #frontier = 1;
  /** First tag -> last tag of what is settled beyond the frontier. */
  readonly #beyond = new Map<number, number>();
  /** Acked, and the broker not told yet. */
  #untold: TagRange[] = [];

  /** To be acked: takeAcks() tells the broker. */
  ack(range: TagRange): void {
    this.#untold.push(range);
    this.settle(range);
  }

  /** The broker was told otherwise that these are settled. */
  settle({ first, last }: TagRange): void {
    this.#beyond.set(first, last);
    for (let end = this.#beyond.get(this.#frontier); end !== undefined; ) {
      this.#beyond.delete(this.#frontier);
      this.#frontier = end + 1;
      end = this.#beyond.get(this.#frontier);
    }
  }

  /** What to tell the broker now. */
  takeAcks(): Ack[] {
    const acks: Ack[] = [];
    let highest = 0;
    for (const { first, last } of this.#untold) {
      if (last < this.#frontier) highest = Math.max(highest, last);
      else for (let tag = first; tag <= last; tag++) acks.push({ tag, multiple: false });
    }
    this.#untold = [];
    return highest > 0 ? [{ tag: highest, multiple: true }, ...acks] : acks;
  }
}
