/** Values of the rows of each class, from the smallest on. */
export interface ByClass {
  readonly negatives: Float64Array;
  readonly positives: Float64Array;
}

/** @param labels 0 or 1 for each row */
export function byClass(numberOf: (row: number) => number, labels: ArrayLike<number>): ByClass {
  const positives = new Float64Array(labels.length);
  const negatives = new Float64Array(labels.length);
  let positive = 0;
  let negative = 0;
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] === 1) positives[positive++] = numberOf(row);
    else negatives[negative++] = numberOf(row);
  }
  return {
    negatives: negatives.subarray(0, negative).sort(),
    positives: positives.subarray(0, positive).sort(),
  };
}

/**
 * Walks up the distinct values; `visit` gets each with the numbers of rows of both classes that are not
 * above it.
 */
export function eachValue(
  { negatives, positives }: ByClass,
  visit: (value: number, negativesBelow: number, positivesBelow: number) => void,
): void {
  let negative = 0;
  let positive = 0;
  while (negative < negatives.length || positive < positives.length) {
    const value = Math.min(negatives[negative] ?? Infinity, positives[positive] ?? Infinity);
    while (negatives[negative] === value) negative++;
    while (positives[positive] === value) positive++;
    visit(value, negative, positive);
  }
}

/** How well scores tell two classes apart; undefined where there is but one class. */
export interface Ranking {
  /** The chance that a positive row scores above a negative one; a tie counts half. */
  readonly auc: number | undefined;
  /** The mean precision at the positive rows, from the highest score down. */
  readonly averagePrecision: number | undefined;
}

export function rank(scores: ByClass): Ranking {
  const { length: negatives } = scores.negatives;
  const { length: positives } = scores.positives;
  if (negatives === 0 || positives === 0) return { auc: undefined, averagePrecision: undefined };
  let pairs = 0;
  let precision = 0;
  let negativesBefore = 0;
  let positivesBefore = 0;
  eachValue(scores, (_, negativesBelow, positivesBelow) => {
    const tied = positivesBelow - positivesBefore;
    pairs += tied * (negativesBefore + negativesBelow) * 0.5;
    const taken = positives - positivesBefore;
    if (tied > 0) precision += (tied * taken) / (taken + negatives - negativesBefore);
    negativesBefore = negativesBelow;
    positivesBefore = positivesBelow;
  });
  return { auc: pairs / (negatives * positives), averagePrecision: precision / positives };
}
