import { expect, it } from 'vitest';
import { Breather } from '../data/breather.ts';
import type { Matrix } from '../data/table.ts';
import { findAlgorithm } from './catalogue.ts';
import { readParameters } from './parameters.ts';

/** What scikit-learn 1.2.1 gives for these rows. */
const RECORDED: [string, Record<string, unknown>, number[]][] = [
  ['OCSVM', { kernel: 'linear' }, [0, -81.81396722049078, -165.64251173741064, -63.68889656954134]],
  [
    'OCSVM',
    { kernel: 'poly', degree: 2, coef0: 1, gamma: 0.1 },
    [-20, -47.55893528536009, -99.12865189640623, -55.436170770077446],
  ],
  [
    'OCSVM',
    { kernel: 'sigmoid', gamma: 0.05, coef0: 0.5 },
    [-9.242343145200195, -11.45242598671009, -12.189494753196545, -10.185309772535222],
  ],
  ['OCSVM', { nu: 0.1, gamma: 'auto' }, [-0.7477925550432896, -0.7474159025970414, -0.7097377523638724, 0]],
  ['KDE', { bandwidth: 2.5 }, [6.398608711919277, 6.223784664500187, 6.487809852232424, 22.912417081023115]],
  [
    'KDE',
    { kernel: 'tophat', bandwidth: 2.5 },
    [5.231106278422326, 5.3052142505760465, 5.3052142505760465, Infinity],
  ],
  [
    'KDE',
    { kernel: 'epanechnikov', bandwidth: 2.5 },
    [4.583297350063966, 4.6469788501298535, 4.701936073199988, Infinity],
  ],
  [
    'KDE',
    { kernel: 'exponential', bandwidth: 2.5 },
    [7.16531704606024, 7.031848564062958, 7.237308424500485, 12.022458494215558],
  ],
  [
    'KDE',
    { kernel: 'linear', bandwidth: 2.5 },
    [4.480169663220128, 4.538409056406424, 4.588279427926938, Infinity],
  ],
  [
    'KDE',
    { kernel: 'cosine', bandwidth: 2.5 },
    [4.534210926915403, 4.596107384876937, 4.65595884544313, Infinity],
  ],
  [
    'KDE',
    { bandwidth: 'scott' },
    [3.900014209045391, 3.9211616754870766, 3.8648544776628015, 283.72890352340283],
  ],
  [
    'KDE',
    { bandwidth: 'silverman' },
    [3.890858488691138, 3.910067577817614, 3.829467112703228, 302.03133638924805],
  ],
  ...(
    [
      ['full', [-0.20829274989978552, -0.14091151513324673, 2.148609111003031, 1976.6691942282]],
      ['tied', [-0.21577510296470548, -0.13582131041144674, 2.1535704528235327, 1979.0360719972402]],
      ['diag', [2.739943600138438, 2.7566913355422606, 2.994114123247743, 240.2449756801641]],
      ['spherical', [2.741340793268221, 2.7636695239740674, 3.031790873185222, 235.2636215110106]],
    ] as const
  ).map(([type, scores]): [string, Record<string, unknown>, number[]] => [
    'GMM',
    { n_components: 3, covariance_type: type, random_state: 5, reg_covar: 1e-3, tol: 1e-6, max_iter: 500 },
    [...scores],
  ]),
  [
    'GMM',
    { n_components: 2, init_params: 'random', random_state: 3, reg_covar: 1e-3, n_init: 3 },
    [3.9940444767586163, 3.2913907632163517, 4.445906519815017, 373.8592139744524],
  ],
  [
    'GMM',
    {
      n_components: 2,
      random_state: 3,
      reg_covar: 1e-3,
      max_iter: 1,
      weights_init: [0.3, 0.7],
      means_init: [
        [0, 0, 0],
        [2, 4, 6],
      ],
      precisions_init: [
        [
          [2, 0.5, 0],
          [0.5, 2, 0],
          [0, 0, 1],
        ],
        [
          [1, 0, 0],
          [0, 1, 0.2],
          [0, 0.2, 3],
        ],
      ],
    },
    [3.653197358173539, 3.7504011954011336, 2.9801199840607446, 371.41464716232815],
  ],
  ['IF', {}, [0.5307669240654314, 0.4557930459273001, 0.5915514268049827, 0.6224976727296156]],
  [
    'IF',
    { max_samples: 16, max_features: 2 },
    [0.5190113329144328, 0.4676362340514687, 0.5575911940822795, 0.6485513081216727],
  ],
  [
    'IF',
    { max_samples: 0.5, max_features: 0.4 },
    [0.523399097650685, 0.4545346311733991, 0.5785217336048728, 0.6332599813211601],
  ],
  [
    'IF',
    { bootstrap: true, max_samples: 20 },
    [0.49447641845965223, 0.49513589119775775, 0.5840700876532854, 0.6324165407602178],
  ],
];

const matrix = (rows: number, columns: number, cell: (row: number, column: number) => number): Matrix => ({
  values: Float64Array.from({ length: rows * columns }, (_, i) => cell(Math.floor(i / columns), i % columns)),
  rows,
  columns,
});

const TRAINED = matrix(40, 3, (i, j) => Math.sin(3 * i + j * j) + (i % 3) * (j + 1));
const SCORED = { values: Float64Array.of(0, 0, 0, 1, 2, 3, 2.5, 4, 6, 9, -9, 9), rows: 4, columns: 3 };

async function scores(name: string, parameters: object, trained: Matrix, scored: Matrix) {
  const algorithm = findAlgorithm(name);
  const context = { compat: false, breather: new Breather(), signal: undefined };
  const values = readParameters(name, algorithm.parameters, parameters, false);
  return (await algorithm.fit(trained, values, context)).scorer.score(scored);
}

it.each(RECORDED)('%s %j', async (name, parameters, wanted) => {
  const trees = name === 'IF' ? { n_estimators: 15, random_state: 11 } : {};
  const found = await scores(name, { ...trees, ...parameters }, TRAINED, SCORED);
  found.forEach((score, i) => {
    if (Number.isFinite(wanted[i]))
      expect(Math.abs(score - wanted[i])).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted[i])));
    else expect(score).toBe(wanted[i]);
  });
});

it('a forest of few rows out of many', async () => {
  const trained = matrix(3000, 2, (i, j) => (j === 0 ? Math.sin(i * 1.7) : Math.cos(i * i * 0.3)));
  const scored = matrix(4, 2, (i, j) => SCORED.values[i * 3 + j]);
  const parameters = { n_estimators: 5, max_samples: 20, random_state: 2 };
  const found = await scores('IF', parameters, trained, scored);
  [0.5236768430508502, 0.6496940855923194, 0.6496940855923194, 0.5992276359040587].forEach((wanted, i) => {
    expect(found[i]).toBeCloseTo(wanted, 12);
  });
});
