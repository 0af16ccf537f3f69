import { describe, expect, it } from 'vitest';
import { DenseNetwork } from './dense-network.ts';
import { countWeights, describeNetwork, toModelDesc } from './description.ts';

const invalid = expect.objectContaining({ code: 'NETWORK_INVALID' });
const output = { num_neurons: 1, init: 'uniform', activation: 'sigmoid' };

it("takes a request's words", () => {
  const description = describeNetwork(
    {
      layers: [
        { num_neurons: 200, init: 'uniform', activation: 'relu' },
        { layer_type: 'dropout', rate: 0.2 },
        output,
      ],
    },
    68,
  );
  expect(description).toEqual({
    inputs: 68,
    layers: [
      { type: 'dense', units: 200, init: 'uniform', activation: 'relu' },
      { type: 'dropout', rate: 0.2 },
      { type: 'dense', units: 1, init: 'uniform', activation: 'sigmoid' },
    ],
  });
  expect(countWeights(description)).toBe(68 * 200 + 200 + 200 + 1);
  expect(describeNetwork(toModelDesc(description), 68)).toEqual(description);
});

it("has AntiNex's own networks where none is given, and Keras' defaults", () => {
  const widths = (mlType: 'classification' | 'regression') =>
    describeNetwork(undefined, 4, mlType).layers.map(
      (layer) => layer.type === 'dense' && [layer.units, layer.activation],
    );
  expect(widths('classification')).toEqual([
    [8, 'relu'],
    [6, 'relu'],
    [1, 'sigmoid'],
  ]);
  expect(widths('regression').at(-1)).toEqual([1, 'linear']);
  expect(describeNetwork({ layers: [{ num_neurons: 1, activation: null }] }, 4).layers).toEqual([
    { type: 'dense', units: 1, activation: 'linear', init: 'glorot_uniform' },
  ]);
});

describe('refuses', () => {
  it.each([
    ['no list', {}],
    ['a number', 7],
    ['no layers', { layers: [] }],
    ['a layer that is none', { layers: [null] }],
    ['nothing after dropout', { layers: [output, { layer_type: 'dropout', rate: 0.1 }] }],
    ['all left out', { layers: [{ layer_type: 'dropout', rate: 1 }, output] }],
    ['a rate that is none', { layers: [{ layer_type: 'dropout' }, output] }],
    ['another kind of layer', { layers: [{ ...output, layer_type: 'conv' }] }],
    ['a text for a number', { layers: [{ ...output, num_neurons: '8' }] }],
    ['half a neuron', { layers: [{ ...output, num_neurons: 1.5 }] }],
    ['no neurons', { layers: [{ ...output, num_neurons: 0 }] }],
    ['too many', { layers: [{ ...output, num_neurons: 1e9 }] }],
    [
      'too many weights',
      {
        layers: [
          { ...output, num_neurons: 16_384 },
          { ...output, num_neurons: 16_384 },
        ],
      },
    ],
    ['too many layers', { layers: new Array(65).fill(output) }],
    ['an unknown activation', { layers: [{ ...output, activation: 'constructor' }] }],
    ['an unknown init', { layers: [{ ...output, init: '__proto__' }] }],
  ])('%s', (_, desc) => {
    expect(() => describeNetwork(desc, 4)).toThrow(invalid);
  });

  it.each([0, -1, 1.5, 1e9, Number.NaN])('%d inputs', (inputs) => {
    expect(() => describeNetwork({ layers: [output] }, inputs)).toThrow(invalid);
  });

  it('more memory than a batch may take', () => {
    const wide = describeNetwork({ layers: [{ ...output, num_neurons: 16_000 }, output] }, 4);
    expect(() => new DenseNetwork(wide, { capacity: 65_536, isTraining: true })).toThrow(invalid);
  });

  it('all of it at once, with the fields named', () => {
    const desc = {
      layers: [
        { num_neurons: 0, activation: 'x' },
        { layer_type: 'dropout', rate: 2 },
      ],
    };
    expect(() => describeNetwork(desc, 4)).toThrow(
      /layers\[0\].num_neurons.*layers\[0\].activation.*layers\[1\].rate/,
    );
  });
});
