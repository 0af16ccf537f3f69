import { grown } from './growing.ts';

const NONE = -1;
const FIRST_CAPACITY = 256;

/** What of packets does not fit into their two words, by number. */
export class WidePackets {
  private gaps = new Float64Array(FIRST_CAPACITY);
  private sizes = new Uint32Array(FIRST_CAPACITY);
  private marks = new Uint8Array(FIRST_CAPACITY);
  private used = 0;
  /** The first of those that were removed; each one's gap is the number of the next. */
  private free = NONE;

  add(gap: number, size: number, isMarked: boolean): number {
    const number = this.free !== NONE ? this.free : this.used++;
    if (number === this.free) this.free = this.gaps[number];
    else if (number === this.gaps.length) this.grow();
    this.gaps[number] = gap;
    this.sizes[number] = size;
    this.marks[number] = isMarked ? 1 : 0;
    return number;
  }

  gap(number: number): number {
    return this.gaps[number];
  }

  size(number: number): number {
    return this.sizes[number];
  }

  isMarked(number: number): boolean {
    return this.marks[number] === 1;
  }

  remove(number: number): void {
    this.gaps[number] = this.free;
    this.free = number;
  }

  private grow(): void {
    const capacity = 2 * this.gaps.length;
    this.gaps = grown(this.gaps, capacity);
    this.sizes = grown(this.sizes, capacity);
    this.marks = grown(this.marks, capacity);
  }
}
