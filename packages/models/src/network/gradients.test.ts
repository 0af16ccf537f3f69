import { describe, expect, it } from 'vitest';
import { RandomState } from '../data/random-state.ts';
import { ACTIVATIONS, type Activation } from './activations.ts';
import { DenseNetwork } from './dense-network.ts';
import type { Layer } from './description.ts';
import { LOSSES, type Loss, lossOf } from './losses.ts';
import { Trainer } from './trainer.ts';

const ROWS = 6;
const INPUTS = 5;
const OUTPUTS = 3;
const STEP = 2 ** -8;

const dense = (units: number, activation: Activation): Layer => ({
  type: 'dense',
  units,
  activation,
  init: 'glorot_uniform',
});

function setUp(layers: readonly Layer[], loss: Loss, seed: number) {
  const random = new RandomState(seed);
  const network = new DenseNetwork({ inputs: INPUTS, layers }, { capacity: ROWS, isTraining: true });
  network.drawWeights(random);
  const draw = (count: number, from: number) =>
    Float32Array.from({ length: count }, () => random.uniform(from, 1));
  const inputs = { values: draw(ROWS * INPUTS, -1), rows: ROWS, columns: INPUTS };
  const targets = { values: draw(ROWS * OUTPUTS, 0), rows: ROWS, columns: OUTPUTS };
  const trainer = new Trainer(network, { loss }, random);
  const analytic = () => {
    network.load(inputs, 0, ROWS);
    trainer.gradients(ROWS, targets, (row) => row);
  };
  /** The mean loss, from outputs that were computed by scoring. */
  const meanLoss = () => {
    const outputs = network.predict(inputs);
    return (
      outputs.reduce((sum, output, i) => sum + lossOf(loss, output, targets.values[i]), 0) / outputs.length
    );
  };
  /** On which side of every corner, of relu and of mae, the rows that were just scored are. */
  const sides = () => {
    const { memory } = network.kernels;
    const areAbove = network.layout.dense.flatMap(({ outputs, units, stride }) =>
      Array.from(
        { length: ROWS * units },
        (_, i) => memory[outputs + Math.floor(i / units) * stride + (i % units)] > 0,
      ),
    );
    const areOver = Array.from(network.predict(inputs), (output, i) => output > targets.values[i]);
    return [...areAbove, ...areOver].map(Number).join('');
  };
  return { network, analytic, meanLoss, sides };
}

/** Slopes of the loss by each weight: what back-propagation says, and what a small change of it does. */
function compare(layers: readonly Layer[], loss: Loss, seed: number) {
  const { network, analytic, meanLoss, sides } = setUp(layers, loss, seed);
  const { memory } = network.kernels;
  const count = network.layout.weights;
  analytic();
  const slopes = memory.slice(count, 2 * count);
  let largestError = 0;
  let largest = 0;
  let corners = 0;
  for (const { weights, bias, inputs, units, stride } of network.layout.dense) {
    for (let row = 0; row <= inputs; row++) {
      for (let unit = 0; unit < units; unit++) {
        const at = (row === inputs ? bias : weights + row * stride) + unit;
        const kept = memory[at];
        const lossAt = (weight: number) => {
          memory[at] = weight;
          return [meanLoss(), sides()] as const;
        };
        const [above, sideAbove] = lossAt(kept + STEP);
        const [below, sideBelow] = lossAt(kept - STEP);
        memory[at] = kept;
        if (sideAbove !== sideBelow) {
          corners++;
          continue;
        }
        const slope = (above - below) / (2 * STEP);
        largestError = Math.max(largestError, Math.abs(slope - slopes[at]));
        largest = Math.max(largest, Math.abs(slope));
      }
    }
  }
  return { largestError: largestError / largest, largest, corners: corners / count };
}

describe('back-propagation has the slopes of the loss', () => {
  const smooth = ACTIVATIONS.filter((activation) => activation !== 'relu');

  it.each(
    LOSSES.flatMap(
      (loss) => ACTIVATIONS.flatMap((hidden) => smooth.map((output) => [loss, hidden, output] as const)),
      // Outside of 0 ... 1, where linear and tanh lead, the cross-entropy has no slope.
    ).filter(
      ([loss, , output]) => loss !== 'binary_crossentropy' || output === 'sigmoid' || output === 'softmax',
    ),
  )('%s, %s, %s', (loss, hidden, output) => {
    const layers = [dense(7, hidden), dense(4, 'tanh'), dense(OUTPUTS, output)];
    const { largestError, largest, corners } = compare(layers, loss, 3);
    expect(largest).toBeGreaterThan(1e-3);
    expect(corners).toBeLessThan(0.5);
    expect(largestError).toBeLessThan(0.01);
  });

  it.each(LOSSES)('%s, relu throughout', (loss) => {
    const layers = [dense(9, 'relu'), dense(OUTPUTS, loss === 'binary_crossentropy' ? 'sigmoid' : 'relu')];
    const { largestError, largest, corners } = compare(layers, loss, 5);
    expect(largest).toBeGreaterThan(1e-3);
    expect(corners).toBeLessThan(0.5);
    expect(largestError).toBeLessThan(0.01);
  });
});

it('dropout multiplies what it keeps, and leaves the same share out of the slopes', () => {
  const layers: Layer[] = [dense(8, 'linear'), { type: 'dropout', rate: 0.5 }, dense(OUTPUTS, 'linear')];
  const { network, analytic } = setUp(layers, 'mse', 1);
  analytic();
  const { memory } = network.kernels;
  const [hidden, last] = network.layout.dense;
  const kept = Array.from({ length: ROWS * 8 }, (_, i) => memory[last.dropped + i] !== 0);
  const share = kept.filter(Boolean).length / kept.length;
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.75);
  kept.forEach((isKept, i) => {
    expect(memory[last.dropped + i] + 0).toBe(isKept ? 2 * memory[hidden.outputs + i] : 0);
    expect(memory[hidden.slopes + i] !== 0).toBe(isKept);
  });
});
