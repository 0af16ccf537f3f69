import { PipelineError } from '@antinex/runtime';
import type { RandomState } from '../data/random-state.ts';
import { checkTable, type Table } from '../data/table.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { type KernelKind, openKernels } from '../kernels/open-kernels.ts';
import { activate } from './activations.ts';
import { checkDescription, type NetworkDescription, outputsOf } from './description.ts';
import { weightSource } from './initial-weights.ts';
import { type DensePlaces, type Layout, layOut } from './layout.ts';

/** A dense layer's weights, a row of `units` for each input, and its biases. */
export interface LayerWeights {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export interface NetworkOptions {
  /** Rows that are worked on at once. */
  readonly capacity?: number;
  /** Make room for gradients. */
  readonly isTraining?: boolean;
  readonly kernels?: KernelKind | undefined;
}

const MAX_BYTES = 2 ** 30;
const FLOAT_BYTES = 4;
const DEFAULT_CAPACITY = 64;

/** A dense network and the memory it works in; all its weights are 0 until they are drawn or set. */
export class DenseNetwork {
  readonly description: NetworkDescription;
  readonly layout: Layout;
  readonly kernels: Kernels;

  /** @throws PipelineError NETWORK_INVALID, also for what would take more than 1 GB of memory */
  constructor(description: NetworkDescription, options: NetworkOptions = {}) {
    const { capacity = DEFAULT_CAPACITY, isTraining = false } = options;
    this.description = checkDescription(description);
    this.layout = layOut(description, capacity, isTraining);
    if (this.layout.floats * FLOAT_BYTES > MAX_BYTES)
      throw new PipelineError('NETWORK_INVALID', { problems: ['it needs more than 1 GB for one batch'] });
    this.kernels = openKernels(this.layout.floats, options.kernels);
  }

  /** Draws the first weights; biases stay 0, as Keras has them. */
  drawWeights(random: RandomState): void {
    for (const { layer, inputs, units, weights, stride } of this.layout.dense) {
      const next = weightSource(layer.init, random, inputs, units);
      for (let row = 0; row < inputs; row++)
        for (let unit = 0; unit < units; unit++) this.kernels.memory[weights + row * stride + unit] = next();
    }
  }

  /** Copies of the weights, layer by layer. */
  weights(): LayerWeights[] {
    const { memory } = this.kernels;
    return this.layout.dense.map(({ inputs, units, weights, bias, stride }) => {
      const copy = new Float32Array(inputs * units);
      for (let row = 0; row < inputs; row++)
        copy.set(memory.subarray(weights + row * stride, weights + row * stride + units), row * units);
      return { weights: copy, bias: memory.slice(bias, bias + units) };
    });
  }

  /** @throws PipelineError TABLE_UNUSABLE for weights of another network, or that are not finite */
  setWeights(layers: readonly LayerWeights[]): void {
    const { dense } = this.layout;
    if (layers.length !== dense.length)
      throw new PipelineError('TABLE_UNUSABLE', {
        what: 'the weights',
        reason: `${layers.length} layers for ${dense.length}`,
      });
    dense.forEach(({ inputs, units, weights, bias, stride }, i) => {
      const given = layers[i];
      checkTable(`the weights of layer ${i}`, { values: given.weights, rows: inputs, columns: units });
      checkTable(`the biases of layer ${i}`, { values: given.bias, rows: 1, columns: units });
      const { memory } = this.kernels;
      for (let row = 0; row < inputs; row++)
        memory.set(given.weights.subarray(row * units, (row + 1) * units), weights + row * stride);
      memory.set(given.bias, bias);
    });
  }

  /**
   * What the network gives for rows, row after row. A row's result is the same in whatever batch it comes.
   *
   * @throws PipelineError TABLE_UNUSABLE for another number of columns, for what is no finite number, and
   * for numbers so large that the result is none
   */
  predict(table: Table): Float32Array {
    checkTable('the rows to score', table, this.description.inputs);
    const width = outputsOf(this.description);
    const outputs = new Float32Array(table.rows * width);
    for (let from = 0; from < table.rows; from += this.layout.capacity) {
      const rows = Math.min(this.layout.capacity, table.rows - from);
      this.load(table, from, rows);
      this.forward(rows);
      this.#copyOutputs(rows, outputs, from * width);
    }
    checkTable('the scores, as values too large gave them', {
      values: outputs,
      rows: table.rows,
      columns: width,
    });
    return outputs;
  }

  /** Runs the rows that are loaded; `inputsOf` may put other inputs before a layer (training's dropout). */
  forward(rows: number, inputsOf = (index: number) => this.inputsOf(index)): void {
    const { dense } = this.layout;
    for (let i = 0; i < dense.length; i++) {
      const { layer, inputs, units, weights, bias, stride, outputs } = dense[i];
      const { at, stride: inputStride } = inputsOf(i);
      this.kernels.multiply({
        a: at,
        aRowStride: inputStride,
        aColumnStride: 1,
        b: weights,
        bRowStride: stride,
        bias,
        c: outputs,
        cRowStride: stride,
        rows,
        columns: stride,
        depth: inputs,
      });
      activate(layer.activation, this.kernels, { at: outputs, rows, width: units, stride });
    }
  }

  /** Where a dense layer finds its inputs. */
  inputsOf(index: number): { at: number; stride: number } {
    const { dense, input, inputStride } = this.layout;
    if (index === 0) return { at: input, stride: inputStride };
    const before: DensePlaces = dense[index - 1];
    return { at: before.outputs, stride: before.stride };
  }

  /** Puts rows of a table where the first layer takes them; with `order`, the rows it names. */
  load({ values, columns }: Table, from: number, rows: number, order?: Uint32Array): void {
    const { input, inputStride } = this.layout;
    const { memory } = this.kernels;
    for (let row = 0; row < rows; row++) {
      const source = (order === undefined ? from + row : order[from + row]) * columns;
      const target = input + row * inputStride;
      for (let column = 0; column < columns; column++) memory[target + column] = values[source + column];
    }
  }

  #copyOutputs(rows: number, outputs: Float32Array, at: number): void {
    const { units, outputs: source, stride } = this.layout.dense.at(-1)!;
    for (let row = 0; row < rows; row++)
      for (let unit = 0; unit < units; unit++)
        outputs[at + row * units + unit] = this.kernels.memory[source + row * stride + unit];
  }
}
