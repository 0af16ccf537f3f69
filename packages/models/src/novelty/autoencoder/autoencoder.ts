import { RandomState } from '../../data/random-state.ts';
import { type Matrix, type Table, takeRows } from '../../data/table.ts';
import { networkTensors, takeWeights } from '../../files/network-tensors.ts';
import type { Tensor } from '../../files/tensor-file.ts';
import { DenseNetwork, type LayerWeights } from '../../network/dense-network.ts';
import { checkDescription, type Layer, type NetworkDescription } from '../../network/description.ts';
import { scoreNetwork, type TrainingOptions, trainNetwork } from '../../network/train.ts';
import { type Algorithm, COMMON_PARAMETERS, type Scorer } from '../algorithm.ts';
import { defineParameters, type ParameterValues } from '../parameters.ts';

const parameters = defineParameters({
  hid_dim: { type: 'integer', min: 1, max: 16_384, default: 16, help: 'width of the outer hidden layers' },
  lat_dim: {
    type: 'integer',
    min: 1,
    max: 16_384,
    default: 8,
    help: 'width of the narrow layer between them',
  },
  epochs: { type: 'integer', min: 1, max: 100_000, default: 100, help: 'rounds over the training rows' },
  batch_size: { type: 'integer', min: 1, max: 65_536, default: 32, help: 'rows learned from at once' },
  lr: { type: 'number', above: 0, max: 1, default: 1e-3, help: 'how far a step goes' },
  loss: { type: 'choice', choices: ['mse', 'mae'], default: 'mse', help: 'what training makes small' },
  dropout_rate: {
    type: 'number',
    min: 0,
    max: 0.95,
    default: 0,
    compatDefault: 0.2,
    help: 'share of the hidden outputs left out in training; netml ignores it',
  },
  l2_regularizer: {
    type: 'number',
    min: 0,
    max: 1,
    default: 1e-4,
    compatDefault: 0.1,
    help: 'how strongly weights are drawn to 0',
  },
  validation_size: {
    type: 'number',
    min: 0,
    max: 0.9,
    default: 0.1,
    help: 'share of the training rows that is only looked at in the end, and in netml not at all',
  },
  ...COMMON_PARAMETERS,
});

type Values = ParameterValues<typeof parameters>;

/** Inputs stay this near to 0: what becomes of them has to be a float32. */
const LIMIT = 1e15;

/**
 * An autoencoder, in-16-8-16-in unless told otherwise; the score is the distance of a row from what comes
 * out for it. In compat mode it is linear, as netml's is, and starts from weights as PyTorch draws them.
 */
export const autoencoder: Algorithm<typeof parameters> = {
  name: 'AE',
  title: 'autoencoder',
  description:
    'Learns to squeeze training rows through a narrow network; the score is how badly a row gets through.',
  parameters,
  knowsItsRows: true,
  standardises: (_, compat) => !compat,

  async fit(rows, values, { compat, signal }) {
    const random = new RandomState(values.random_state);
    const order = random.permutation(rows.rows);
    const heldCount = Math.floor(values.validation_size * rows.rows);
    const trained = toFloats(takeRows(rows, order.subarray(heldCount)));
    const description = describe(rows.columns, values, compat);
    const options: TrainingOptions = {
      loss: values.loss,
      epochs: values.epochs,
      batchSize: values.batch_size,
      seed: random.uint32(),
      rate: values.lr,
      weightDecay: values.l2_regularizer,
      shuffle: true,
      weights: compat ? torchWeights(description, random) : undefined,
      signal,
    };
    const { network, history } = await trainNetwork(
      description,
      { inputs: trained, targets: trained },
      options,
    );
    const held = toFloats(takeRows(rows, order.subarray(0, heldCount)));
    const heldLoss =
      heldCount > 0 && scoreNetwork(network, { inputs: held, targets: held }, values.loss).loss;
    return {
      scorer: new Reconstruction(network),
      facts: {
        training_loss: history.loss.at(-1)!,
        ...(heldLoss !== false && { validation_loss: heldLoss }),
      },
    };
  },

  restore(arrays, { columns, values, compat }) {
    const network = new DenseNetwork(describe(columns, values, compat));
    takeWeights(network, (name, shape) => arrays.takeFloats(name, shape).values);
    return new Reconstruction(network);
  },
};

function describe(columns: number, values: Values, compat: boolean): NetworkDescription {
  const activation = compat ? 'linear' : 'tanh';
  const hidden = [values.hid_dim, values.lat_dim, values.hid_dim].flatMap((units): Layer[] => {
    const dense: Layer = { type: 'dense', units, activation, init: 'glorot_uniform' };
    return compat || values.dropout_rate === 0
      ? [dense]
      : [dense, { type: 'dropout', rate: values.dropout_rate }];
  });
  const output: Layer = { type: 'dense', units: columns, activation: 'linear', init: 'glorot_uniform' };
  return checkDescription({ inputs: columns, layers: [...hidden, output] });
}

/** Weights and biases as PyTorch draws those of a linear layer: by the root of its number of inputs. */
function torchWeights(description: NetworkDescription, random: RandomState): LayerWeights[] {
  return new DenseNetwork(description).layout.dense.map(({ inputs, units }) => {
    const limit = 1 / Math.sqrt(inputs);
    const draw = (length: number) => Float32Array.from({ length }, () => random.uniform(-limit, limit));
    return { weights: draw(inputs * units), bias: draw(units) };
  });
}

function toFloats({ values, rows, columns }: Matrix): Table {
  return {
    values: Float32Array.from(values, (value) => Math.min(Math.max(value, -LIMIT), LIMIT)),
    rows,
    columns,
  };
}

class Reconstruction implements Scorer {
  readonly #network: DenseNetwork;

  constructor(network: DenseNetwork) {
    this.#network = network;
  }

  score(rows: Matrix): Float64Array {
    const outputs = this.#network.predict(toFloats(rows));
    const { columns, values } = rows;
    return Float64Array.from({ length: rows.rows }, (_, row) => {
      let sum = 0;
      for (let at = row * columns; at < (row + 1) * columns; at++) sum += (values[at] - outputs[at]) ** 2;
      return Math.sqrt(sum);
    });
  }

  arrays(): ReadonlyMap<string, Tensor> {
    return networkTensors(this.#network);
  }
}
