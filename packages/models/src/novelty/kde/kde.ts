import type { Matrix } from '../../data/table.ts';
import { type Algorithm, COMMON_PARAMETERS } from '../algorithm.ts';
import { defineParameters, type ParameterValues } from '../parameters.ts';
import { typicalDistance } from '../typical-distance.ts';
import { Density } from './density.ts';
import { DENSITY_KERNELS } from './density-kernels.ts';

/** Less would leave no number for the square of a distance on its scale. */
const LEAST_BANDWIDTH = 1e-50;

const parameters = defineParameters({
  bandwidth: {
    type: 'number',
    min: LEAST_BANDWIDTH,
    max: 1 / LEAST_BANDWIDTH,
    words: ['scott', 'silverman', 'quantile'],
    default: 1,
    help:
      'how far the density of a row reaches; scott is rows^(-1 / (columns + 4)), silverman is ' +
      '(rows (columns + 2) / 4)^(-1 / (columns + 4)), quantile is a quantile of the distances between rows',
  },
  quantile: { type: 'number', above: 0, max: 1, default: 0.3, help: 'the quantile of bandwidth: quantile' },
  kernel: {
    type: 'choice',
    choices: DENSITY_KERNELS,
    default: 'gaussian',
    help: 'the shape of the density around a row',
  },
  metric: {
    type: 'choice',
    choices: ['euclidean'],
    default: 'euclidean',
    help: 'how distances are measured',
  },
  algorithm: {
    type: 'choice',
    choices: ['auto', 'kd_tree', 'ball_tree'],
    default: 'auto',
    unused: true,
    help: 'the tree that scikit-learn takes; here densities are exact without one',
  },
  atol: { type: 'number', min: 0, default: 0, unused: true, help: 'error allowed; densities are exact' },
  rtol: { type: 'number', min: 0, default: 0, unused: true, help: 'relative error allowed' },
  leaf_size: { type: 'integer', min: 1, default: 40, unused: true, help: 'rows in a leaf of the tree' },
  breadth_first: { type: 'boolean', default: true, unused: true, help: 'how the tree is walked' },
  metric_params: {
    type: 'list',
    default: null,
    nullable: true,
    unused: true,
    help: 'settings of other metrics',
  },
  ...COMMON_PARAMETERS,
});

/** Kernel density estimation (Parzen 1962), as in scikit-learn. */
export const kde: Algorithm<typeof parameters> = {
  name: 'KDE',
  title: 'kernel density estimation',
  description: 'Spreads each training row out; the score is minus the logarithm of the density at a row.',
  parameters,
  standardises: (_, compat) => !compat,

  async fit(rows, values, { compat }) {
    const bandwidth = bandwidthOf(rows, values);
    const scorer = new Density(values.kernel, bandwidth, rows);
    return {
      scorer,
      facts: { bandwidth },
      ...(!compat && rows.rows > 1 && { scoreTrained: (chosen) => scorer.scoreWithoutOwn(rows, chosen) }),
    };
  },

  restore(arrays, { columns, values }) {
    const { values: rows, shape } = arrays.take('rows', [undefined, columns]);
    const [bandwidth] = arrays.take('bandwidth', [1]).values;
    if (!(bandwidth >= LEAST_BANDWIDTH)) throw new Error('its bandwidth is none');
    return new Density(values.kernel, bandwidth, { values: rows, rows: shape[0], columns });
  },
};

function bandwidthOf(rows: Matrix, values: ParameterValues<typeof parameters>): number {
  const power = -1 / (rows.columns + 4);
  switch (values.bandwidth) {
    case 'scott':
      return rows.rows ** power;
    case 'silverman':
      return ((rows.rows * (rows.columns + 2)) / 4) ** power;
    case 'quantile':
      return Math.max(typicalDistance(rows, values.quantile, values.random_state), LEAST_BANDWIDTH);
    default:
      return values.bandwidth;
  }
}
