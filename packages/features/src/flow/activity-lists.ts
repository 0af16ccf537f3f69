import { grown } from './growing.ts';

const NONE = -1;

/**
 * Slots in the order of their last packets, in a list for each kind of time-out, so that those which
 * have waited longest are found without looking at the others.
 */
export class ActivityLists {
  /** The slot that has waited longest, by list; -1 for an empty list. */
  readonly head: Int32Array;
  private readonly tail: Int32Array;
  private before: Int32Array;
  private after: Int32Array;
  private list: Uint8Array;

  constructor(lists: number, capacity: number) {
    this.head = new Int32Array(lists).fill(NONE);
    this.tail = new Int32Array(lists).fill(NONE);
    this.before = new Int32Array(capacity);
    this.after = new Int32Array(capacity);
    this.list = new Uint8Array(capacity);
  }

  grow(capacity: number): void {
    this.before = grown(this.before, capacity);
    this.after = grown(this.after, capacity);
    this.list = grown(this.list, capacity);
  }

  listOf(slot: number): number {
    return this.list[slot];
  }

  append(slot: number, list: number): void {
    const last = this.tail[list];
    this.list[slot] = list;
    this.before[slot] = last;
    this.after[slot] = NONE;
    if (last === NONE) this.head[list] = slot;
    else this.after[last] = slot;
    this.tail[list] = slot;
  }

  remove(slot: number): void {
    const list = this.list[slot];
    const before = this.before[slot];
    const after = this.after[slot];
    if (before === NONE) this.head[list] = after;
    else this.after[before] = after;
    if (after === NONE) this.tail[list] = before;
    else this.before[after] = before;
  }

  /** Makes the slot the last one of a list. */
  touch(slot: number, list: number): void {
    if (this.tail[list] === slot) return;
    this.remove(slot);
    this.append(slot, list);
  }
}
