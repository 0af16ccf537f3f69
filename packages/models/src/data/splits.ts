import { PipelineError } from '@antinex/runtime';
import { RandomState } from './random-state.ts';

/** Row numbers to train on, and to test with. */
export interface Split {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

const impossible = (reason: string) => new PipelineError('TABLE_UNUSABLE', { what: 'the split', reason });

/**
 * Rows in random order, the first `testSize` of them for testing, as train_test_split of scikit-learn
 * splits.
 *
 * @param testSize the share of test rows, above 0 and below 1; rounded up to whole rows
 * @param seed 0 ... 4294967295
 * @throws PipelineError TABLE_UNUSABLE when either part would be empty
 */
export function trainTestSplit(rows: number, testSize: number, seed: number): Split {
  checkRows(rows);
  if (!(testSize > 0 && testSize < 1)) throw impossible(`the share ${testSize} is not between 0 and 1`);
  const testRows = Math.ceil(testSize * rows);
  if (testRows >= rows) throw impossible(`of ${rows} rows, ${testRows} for testing leave none to train on`);
  const order = new RandomState(seed).permutation(rows);
  return { train: order.subarray(testRows), test: order.subarray(0, testRows) };
}

/** The folds of KFold without shuffling: each row is a test row once. */
export function kFolds(rows: number, folds: number): Split[] {
  checkRows(rows);
  checkFolds(folds, rows);
  const base = Math.floor(rows / folds);
  const longer = rows % folds;
  const foldOf = Uint32Array.from({ length: rows }, (_, row) => {
    const inLonger = longer * (base + 1);
    return row < inLonger ? Math.floor(row / (base + 1)) : longer + Math.floor((row - inLonger) / base);
  });
  return splitsBy(foldOf, folds);
}

/**
 * The folds of StratifiedKFold without shuffling: each class is spread over all of them.
 *
 * @throws PipelineError TABLE_UNUSABLE when every class has fewer rows than there are folds
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number): Split[] {
  checkRows(labels.length);
  checkFolds(folds, labels.length);
  // Classes count in the order they are first met; their rows, class after class, are dealt out in turn.
  const counts = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
  if (![...counts.values()].some((count) => count >= folds)) throw impossible(`no class has ${folds} rows`);
  const remaining = new Map<number, number[]>();
  let dealt = 0;
  for (const [label, count] of counts) {
    const share = new Array<number>(folds).fill(0);
    for (let i = 0; i < count; i++) share[dealt++ % folds]++;
    remaining.set(label, share);
  }
  const foldOf = new Uint32Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const share = remaining.get(labels[row])!;
    const fold = share.findIndex((left) => left > 0);
    share[fold]--;
    foldOf[row] = fold;
  }
  return splitsBy(foldOf, folds);
}

function splitsBy(foldOf: Uint32Array, folds: number): Split[] {
  const rows = Uint32Array.from(foldOf, (_, row) => row);
  return Array.from({ length: folds }, (_, fold) => ({
    train: rows.filter((row) => foldOf[row] !== fold),
    test: rows.filter((row) => foldOf[row] === fold),
  }));
}

function checkRows(rows: number): void {
  if (!Number.isSafeInteger(rows) || rows < 1 || rows > 0xffffffff)
    throw impossible(`there are ${rows} rows`);
}

function checkFolds(folds: number, rows: number): void {
  if (!Number.isSafeInteger(folds) || folds < 2) throw impossible(`${folds} folds are too few`);
  if (folds > rows) throw impossible(`${rows} rows are too few for ${folds} folds`);
}
