import type { Breather } from '../../data/breather.ts';
import type { RandomState } from '../../data/random-state.ts';
import type { Matrix } from '../../data/table.ts';

const MOST_ROUNDS = 300;
/** Centres that move less than this share of the columns' mean variance have arrived. */
const TOLERANCE = 1e-4;

/**
 * The cluster of each row, by k-means from the centres that k-means++ draws (Arthur and Vassilvitskii 2007),
 * with the draws of scikit-learn.
 *
 * @param clusters at most as many as there are rows
 */
export async function kMeans(
  rows: Matrix,
  clusters: number,
  random: RandomState,
  breather: Breather,
): Promise<Uint32Array> {
  const centres = drawCentres(rows, clusters, random);
  const labels = new Uint32Array(rows.rows).fill(clusters);
  const near = TOLERANCE * meanVariance(rows);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const changed = await assign(rows, centres, labels, breather);
    const moved = moveCentres(rows, centres, labels);
    if (!changed) return labels;
    if (moved <= near) break;
  }
  await assign(rows, centres, labels, breather);
  return labels;
}

function drawCentres(rows: Matrix, clusters: number, random: RandomState): Matrix {
  const { columns } = rows;
  const centres = { values: new Float64Array(clusters * columns), rows: clusters, columns };
  const rowOf = (row: number) => rows.values.subarray(row * columns, (row + 1) * columns);
  const trials = 2 + Math.floor(Math.log(clusters));
  const first = random.interval(rows.rows - 1);
  centres.values.set(rowOf(first));
  let nearest = squaresFrom(rows, rowOf(first));
  for (let cluster = 1; cluster < clusters; cluster++) {
    const total = sum(nearest);
    // All are drawn before any is looked at.
    const draws = Array.from({ length: trials }, () => random.double() * total);
    let best: { row: number; squares: Float64Array; total: number } | undefined;
    for (const draw of draws) {
      const row = placeInSum(nearest, draw);
      const squares = squaresFrom(rows, rowOf(row));
      for (let i = 0; i < squares.length; i++) if (nearest[i] < squares[i]) squares[i] = nearest[i];
      const left = sum(squares);
      if (best === undefined || left < best.total) best = { row, squares, total: left };
    }
    centres.values.set(rowOf(best!.row), cluster * columns);
    nearest = best!.squares;
  }
  return centres;
}

function squaresFrom({ values, rows, columns }: Matrix, centre: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => square(values, row * columns, centre, 0, columns));
}

function square(a: Float64Array, aAt: number, b: Float64Array, bAt: number, columns: number): number {
  let total = 0;
  for (let column = 0; column < columns; column++) total += (a[aAt + column] - b[bAt + column]) ** 2;
  return total;
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/** The first place up to which the values add up to the draw. */
function placeInSum(values: Float64Array, draw: number): number {
  let total = 0;
  const place = values.findIndex((value) => {
    total += value;
    return total >= draw;
  });
  return place < 0 ? values.length - 1 : place;
}

/** @returns whether any row has another cluster than before */
async function assign(
  { values, rows, columns }: Matrix,
  centres: Matrix,
  labels: Uint32Array,
  breather: Breather,
): Promise<boolean> {
  let hasChanged = false;
  for (let row = 0; row < rows; row++) {
    if (breather.isDue) await breather.pause();
    let label = 0;
    let least = Infinity;
    for (let cluster = 0; cluster < centres.rows; cluster++) {
      const distance = square(values, row * columns, centres.values, cluster * columns, columns);
      if (distance < least) {
        least = distance;
        label = cluster;
      }
    }
    if (labels[row] !== label) hasChanged = true;
    labels[row] = label;
  }
  return hasChanged;
}

/** Puts each centre in the middle of its rows. @returns the squares of all their ways */
function moveCentres({ values, rows, columns }: Matrix, centres: Matrix, labels: Uint32Array): number {
  const sums = new Float64Array(centres.values.length);
  const counts = new Uint32Array(centres.rows);
  for (let row = 0; row < rows; row++) {
    const to = labels[row] * columns;
    counts[labels[row]]++;
    for (let column = 0; column < columns; column++) sums[to + column] += values[row * columns + column];
  }
  let moved = 0;
  for (let cluster = 0; cluster < centres.rows; cluster++) {
    // One that lost all its rows, as it may among equal ones, stays where it is.
    if (counts[cluster] === 0) continue;
    for (let at = cluster * columns; at < (cluster + 1) * columns; at++) {
      const middle = sums[at] / counts[cluster];
      moved += (middle - centres.values[at]) ** 2;
      centres.values[at] = middle;
    }
  }
  return moved;
}

function meanVariance({ values, rows, columns }: Matrix): number {
  let total = 0;
  for (let column = 0; column < columns; column++) {
    let mean = 0;
    for (let at = column; at < values.length; at += columns) mean += values[at] / rows;
    for (let at = column; at < values.length; at += columns) total += (values[at] - mean) ** 2 / rows;
  }
  return total / columns;
}
