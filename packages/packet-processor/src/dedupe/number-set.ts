/** A set of whole numbers from 1 on, kept as ranges: numbers that follow each other cost nothing. */
export class NumberSet {
  #starts: number[] = [];
  #ends: number[] = [];
  #size = 0;

  /** How many numbers are in it. */
  get size(): number {
    return this.#size;
  }

  /** How many ranges they make up, which is what memory goes by. */
  get ranges(): number {
    return this.#ends.length;
  }

  /** The highest number, 0 when there is none. */
  get highest(): number {
    return this.#ends[this.#ends.length - 1] ?? 0;
  }

  has(number: number): boolean {
    if (number > this.highest) return false;
    return this.#starts[this.#firstEndingFrom(number)] <= number;
  }

  /** Whether the sets have a number in common. */
  hasAny(other: NumberSet): boolean {
    for (const [from, to] of other) {
      const at = this.#firstEndingFrom(from);
      if (at < this.#starts.length && this.#starts[at] <= to) return true;
    }
    return false;
  }

  /** False when it was there already. */
  add(number: number): boolean {
    const last = this.#ends.length - 1;
    if (last < 0 || number !== this.#ends[last] + 1) return this.addRange(number, number) > 0;
    this.#ends[last] = number;
    this.#size++;
    return true;
  }

  /** Adds all numbers of a range; answers how many were not there. */
  addRange(from: number, to: number): number {
    const starts = this.#starts;
    const ends = this.#ends;
    const first = this.#firstEndingFrom(from - 1);
    let behind = first;
    let held = 0;
    for (; behind < starts.length && starts[behind] <= to + 1; behind++) {
      held += ends[behind] - starts[behind] + 1;
    }
    const start = behind > first ? Math.min(from, starts[first]) : from;
    const end = behind > first ? Math.max(to, ends[behind - 1]) : to;
    if (behind === first + 1) {
      starts[first] = start;
      ends[first] = end;
    } else {
      starts.splice(first, behind - first, start);
      ends.splice(first, behind - first, end);
    }
    const added = end - start + 1 - held;
    this.#size += added;
    return added;
  }

  addAll(other: NumberSet): void {
    for (const [from, to] of other) this.addRange(from, to);
  }

  clear(): void {
    this.#starts = [];
    this.#ends = [];
    this.#size = 0;
  }

  /** The ranges, lowest first. */
  *[Symbol.iterator](): Generator<readonly [from: number, to: number]> {
    for (let i = 0; i < this.#starts.length; i++) yield [this.#starts[i], this.#ends[i]];
  }

  /** The ranges as text, `1-256 300 512-767`, for `parse`. */
  toString(): string {
    let text = '';
    for (let i = 0; i < this.#starts.length; i++) {
      const start = this.#starts[i];
      const end = this.#ends[i];
      text += `${i === 0 ? '' : ' '}${start}${end === start ? '' : `-${end}`}`;
    }
    return text;
  }

  /** Undefined when the text is none that `toString` writes. */
  static parse(text: string): NumberSet | undefined {
    const set = new NumberSet();
    for (const range of text === '' ? [] : text.split(' ')) {
      const [from, to = from] = range.split('-').map(Number);
      const isNext = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > set.highest;
      if (!isNext || to < from) return undefined;
      set.addRange(from, to);
    }
    return set;
  }

  /** The first range that ends at `number` or behind it; most numbers are beyond all ranges but the last. */
  #firstEndingFrom(number: number): number {
    const ends = this.#ends;
    let low = 0;
    let high = ends.length;
    if (high === 0 || ends[high - 1] < number) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle] < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
