/** Words of a series in a record. */
const COUNT = 0;
const SUM = 1;
const MEAN = 2;
const SQUARES = 3;
const LEAST = 4;
const GREATEST = 5;
export const SERIES_WORDS = 6;

/**
 * Adds a value to the running statistics at `at`, all words of which were 0 in the beginning. Spread by
 * Welford's method (Technometrics 4, 1962), which loses nothing to large means.
 */
export function addValue(record: Float64Array, at: number, value: number): void {
  const count = record[at + COUNT] + 1;
  record[at + COUNT] = count;
  record[at + SUM] += value;
  if (count === 1) {
    record[at + MEAN] = value;
    record[at + LEAST] = value;
    record[at + GREATEST] = value;
    return;
  }
  const before = value - record[at + MEAN];
  const mean = record[at + MEAN] + before / count;
  record[at + MEAN] = mean;
  record[at + SQUARES] += before * (value - mean);
  if (value < record[at + LEAST]) record[at + LEAST] = value;
  if (value > record[at + GREATEST]) record[at + GREATEST] = value;
}

/** What a series comes to; null for what it has too few values for. */
export class Summary {
  count = 0;
  sum = 0;
  private squares = 0;
  private smallest = 0;
  private largest = 0;

  load(record: Float64Array, at: number): void {
    this.count = record[at + COUNT];
    this.sum = record[at + SUM];
    this.squares = record[at + SQUARES];
    this.smallest = record[at + LEAST];
    this.largest = record[at + GREATEST];
  }

  /** Of the values of two series together (Chan, Golub and LeVeque, 1979). */
  merge(a: Summary, b: Summary): void {
    this.count = a.count + b.count;
    this.sum = a.sum + b.sum;
    this.squares = a.squares + b.squares;
    if (a.count > 0 && b.count > 0) {
      const apart = b.sum / b.count - a.sum / a.count;
      this.squares += ((apart * apart * a.count) / this.count) * b.count;
    }
    this.smallest = Math.min(a.least ?? Number.POSITIVE_INFINITY, b.least ?? Number.POSITIVE_INFINITY);
    this.largest = Math.max(a.greatest ?? 0, b.greatest ?? 0);
  }

  get least(): number | null {
    return this.count > 0 ? this.smallest : null;
  }

  get greatest(): number | null {
    return this.count > 0 ? this.largest : null;
  }

  get mean(): number | null {
    return this.count > 0 ? this.sum / this.count : null;
  }

  /** Of a sample: the sum of squares is divided by one less than there are values. */
  get variance(): number | null {
    return this.count > 1 ? this.squares / (this.count - 1) : null;
  }

  get deviation(): number | null {
    const { variance } = this;
    return variance === null ? null : Math.sqrt(variance);
  }
}
