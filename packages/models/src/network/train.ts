import { PipelineError } from '@antinex/runtime';
import { Breather } from '../data/breather.ts';
import { RandomState } from '../data/random-state.ts';
import { checkSameRows, checkTable, type Table } from '../data/table.ts';
import { ADAM } from '../kernels/kernels.ts';
import type { KernelKind } from '../kernels/open-kernels.ts';
import { DenseNetwork, type LayerWeights } from './dense-network.ts';
import { checkDescription, type NetworkDescription, outputsOf } from './description.ts';
import { LOSSES, type Loss, lossOf } from './losses.ts';
import { historyName, type Metric, metricOfRow, parseMetrics } from './metrics.ts';
import { Trainer } from './trainer.ts';

/** Rows, and what the network is to give for each of them. */
export interface Examples {
  readonly inputs: Table;
  readonly targets: Table;
}

/** `loss`, the metrics, and both of validation rows as `val_...`. */
export type Scores = Readonly<Record<string, number>>;

export interface TrainingOptions {
  readonly loss: Loss;
  readonly epochs: number;
  readonly batchSize: number;
  /** 0 ... 4294967295. The same seed and rows give the same weights, bit for bit, on every machine. */
  readonly seed: number;
  readonly metrics?: readonly Metric[];
  /** How far a step goes; as Keras has it by default. */
  readonly rate?: number;
  /** This many times the weights is added to their slopes in each step, which draws them to 0. */
  readonly weightDecay?: number;
  /** The weights to begin with; they are drawn where none are given. */
  readonly weights?: readonly LayerWeights[] | undefined;
  /** Take the rows in another order in each epoch; AntiNex does not. */
  readonly shuffle?: boolean;
  readonly validation?: Examples | undefined;
  /** Called after each epoch, counted from 1. */
  readonly onEpoch?: ((epoch: number, scores: Scores) => void) | undefined;
  /** Ends the training; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  readonly kernels?: KernelKind | undefined;
}

export interface Training {
  readonly network: DenseNetwork;
  /** Each score by epoch. */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

const TRAINING_LIMITS = { epochs: 100_000, batchSize: 65_536 } as const;

/**
 * Trains a new network with Adam as Keras has it by default. All work is done on the calling thread; the
 * event loop gets a turn every 50 ms.
 *
 * @throws PipelineError NETWORK_INVALID for options that are none, TABLE_UNUSABLE for rows that do not fit
 * or hold what is no finite number, TRAINING_DIVERGED
 */
export async function trainNetwork(
  description: NetworkDescription,
  examples: Examples,
  options: TrainingOptions,
): Promise<Training> {
  check(description, examples, options);
  const random = new RandomState(options.seed);
  const capacity = Math.min(options.batchSize, examples.inputs.rows);
  const network = new DenseNetwork(description, { capacity, isTraining: true, kernels: options.kernels });
  if (options.weights) network.setWeights(options.weights);
  else network.drawWeights(random);
  const trainer = new Trainer(network, options, random);
  const breather = new Breather(options.signal);
  const order = Uint32Array.from({ length: examples.inputs.rows }, (_, row) => row);
  const history: Record<string, number[]> = {};
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    if (options.shuffle) random.shuffle(order);
    const scores = await runEpoch(network, trainer, examples, order, options, breather);
    if (!Number.isFinite(scores.loss)) throw new PipelineError('TRAINING_DIVERGED', { epoch });
    for (const [name, value] of Object.entries(scores)) {
      history[name] ??= [];
      history[name].push(value);
    }
    options.onEpoch?.(epoch, scores);
  }
  const trained = new DenseNetwork(description, { kernels: options.kernels });
  const weights = network.weights();
  if (weights.some((layer) => !(layer.weights.every(Number.isFinite) && layer.bias.every(Number.isFinite))))
    throw new PipelineError('TRAINING_DIVERGED', { epoch: options.epochs });
  trained.setWeights(weights);
  return { network: trained, history };
}

function check(description: NetworkDescription, examples: Examples, options: TrainingOptions): void {
  const problems: string[] = [];
  const isCount = (value: number, from: number, to: number) =>
    Number.isSafeInteger(value) && value >= from && value <= to;
  const { epochs, batchSize } = TRAINING_LIMITS;
  if (!LOSSES.includes(options.loss)) problems.push(`loss must be one of ${LOSSES.join(', ')}`);
  if (!isCount(options.epochs, 1, epochs)) problems.push(`epochs must be 1 to ${epochs}`);
  if (!isCount(options.batchSize, 1, batchSize)) problems.push(`batch_size must be 1 to ${batchSize}`);
  if (!isCount(options.seed, 0, 0xffffffff)) problems.push('seed must be 0 to 4294967295');
  const { rate = ADAM.rate, weightDecay = 0 } = options;
  if (!(rate > 0 && rate <= 1)) problems.push('rate must be above 0 and up to 1');
  if (!(weightDecay >= 0 && weightDecay <= 1)) problems.push('weight decay must be 0 to 1');
  if (problems.length > 0) throw new PipelineError('NETWORK_INVALID', { problems });
  parseMetrics(options.metrics ?? []);
  checkDescription(description);
  checkExamples('the training rows', examples, description);
  if (options.validation) checkExamples('the validation rows', options.validation, description);
}

function checkExamples(what: string, { inputs, targets }: Examples, description: NetworkDescription): void {
  checkTable(what, inputs, description.inputs);
  checkTable(`the targets of ${what}`, targets, outputsOf(description));
  checkSameRows(what, inputs, targets);
}

async function runEpoch(
  network: DenseNetwork,
  trainer: Trainer,
  { inputs, targets }: Examples,
  order: Uint32Array,
  options: TrainingOptions,
  breather: Breather,
): Promise<Scores> {
  const { batchSize, metrics = [], validation } = options;
  const { memory } = network.kernels;
  const { outputs, stride, units } = network.layout.dense.at(-1)!;
  const sums = new Float64Array(metrics.length);
  let loss = 0;
  for (let from = 0; from < inputs.rows; from += batchSize) {
    if (breather.isDue) await breather.pause();
    const rows = Math.min(batchSize, inputs.rows - from);
    network.load(inputs, from, rows, order);
    loss += trainer.step(rows, targets, (row) => order[from + row]);
    metrics.forEach((metric, i) => {
      for (let row = 0; row < rows; row++) {
        const target = order[from + row] * units;
        sums[i] += metricOfRow(metric, memory, outputs + row * stride, targets.values, target, units);
      }
    });
  }
  await breather.pause();
  const scores: Record<string, number> = { loss: loss / inputs.rows };
  metrics.forEach((metric, i) => {
    scores[historyName(metric)] = sums[i] / inputs.rows;
  });
  if (validation === undefined) return scores;
  const of = scoreNetwork(network, validation, options.loss, metrics);
  for (const [name, value] of Object.entries(of)) scores[`val_${name}`] = value;
  return scores;
}

/**
 * The loss and metrics of examples, as a history names them.
 *
 * @throws PipelineError TABLE_UNUSABLE
 */
export function scoreNetwork(
  network: DenseNetwork,
  examples: Examples,
  loss: Loss,
  metrics: readonly Metric[] = [],
): Scores {
  checkExamples('the rows to score', examples, network.description);
  const { values, rows, columns } = examples.targets;
  const outputs = network.predict(examples.inputs);
  let losses = 0;
  for (let i = 0; i < values.length; i++) losses += lossOf(loss, outputs[i], values[i]);
  const scores: Record<string, number> = { loss: losses / values.length };
  for (const metric of metrics) {
    let sum = 0;
    for (let at = 0; at < values.length; at += columns)
      sum += metricOfRow(metric, outputs, at, values, at, columns);
    scores[historyName(metric)] = sum / rows;
  }
  return scores;
}
