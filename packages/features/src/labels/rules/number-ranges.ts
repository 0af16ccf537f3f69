/** All numbers from `low` to `high`, of one or more 32-bit words each, the highest word first. */
export interface NumberRange {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** A set of numbers made of ranges: found by halving, whatever their count. */
export class NumberRanges {
  private readonly width: number;
  /** Apart from each other, in order; those of one range are as far in as its number times the width. */
  private readonly lows: Uint32Array;
  private readonly highs: Uint32Array;

  /** @param width words of a number */
  constructor(width: number, ranges: readonly NumberRange[]) {
    const apart = merged(ranges);
    this.width = width;
    this.lows = Uint32Array.from(apart.flatMap(({ low }) => low));
    this.highs = Uint32Array.from(apart.flatMap(({ high }) => high));
  }

  /** Whether the number whose first word stands at `at` is one of them. */
  has(words: Uint32Array, at: number): boolean {
    const { width, lows } = this;
    let from = 0;
    let to = lows.length / width;
    // The ranges before `from` begin at the number or below it, those from `to` on above it.
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (compare(lows, middle * width, words, at, width) <= 0) from = middle + 1;
      else to = middle;
    }
    return from > 0 && compare(this.highs, (from - 1) * width, words, at, width) >= 0;
  }
}

function merged(ranges: readonly NumberRange[]): NumberRange[] {
  const apart: NumberRange[] = [];
  for (const range of [...ranges].sort((a, b) => order(a.low, b.low))) {
    const last = apart.at(-1);
    if (last === undefined || order(last.high, range.low) < 0) apart.push(range);
    else if (order(last.high, range.high) < 0) apart[apart.length - 1] = { low: last.low, high: range.high };
  }
  return apart;
}

const order = (a: readonly number[], b: readonly number[]): number => {
  const word = a.findIndex((value, i) => value !== b[i]);
  return word < 0 ? 0 : a[word] - b[word];
};

function compare(a: Uint32Array, atA: number, b: Uint32Array, atB: number, width: number): number {
  let difference = a[atA] - b[atB];
  for (let word = 1; word < width && difference === 0; word++) difference = a[atA + word] - b[atB + word];
  return difference;
}
