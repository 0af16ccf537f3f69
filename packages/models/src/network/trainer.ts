import type { RandomState } from '../data/random-state.ts';
import type { Table } from '../data/table.ts';
import { ADAM } from '../kernels/kernels.ts';
import { backThrough } from './activations.ts';
import type { DenseNetwork } from './dense-network.ts';
import { type DensePlaces, padded } from './layout.ts';
import { type Loss, lossOf, lossSlope } from './losses.ts';

export interface TrainerOptions {
  readonly loss: Loss;
  /** How far a step goes. */
  readonly rate?: number;
  /** What of the weights is added to their slopes. */
  readonly weightDecay?: number;
}

/** Learns batch by batch: forward, back-propagation, a step of Adam. */
export class Trainer {
  readonly #network: DenseNetwork;
  readonly #loss: Loss;
  readonly #rate: number;
  readonly #weightDecay: number;
  readonly #random: RandomState;
  #power1 = 1;
  #power2 = 1;

  /** @param network one made for training */
  constructor(network: DenseNetwork, options: TrainerOptions, random: RandomState) {
    this.#network = network;
    this.#loss = options.loss;
    this.#rate = options.rate ?? ADAM.rate;
    this.#weightDecay = options.weightDecay ?? 0;
    this.#random = random;
    const { ones, capacity } = network.layout;
    network.kernels.memory.fill(1, ones, ones + capacity);
  }

  /**
   * Learns from rows that were loaded. What the network gave before the step stays in its outputs.
   *
   * @param targetRow the row of `targets` that belongs to a loaded row
   * @returns the sum of the rows' losses
   */
  step(rows: number, targets: Table, targetRow: (row: number) => number): number {
    const loss = this.gradients(rows, targets, targetRow);
    const { kernels, layout } = this.#network;
    if (this.#weightDecay > 0) this.#addDecay();
    this.#power1 *= ADAM.beta1;
    this.#power2 *= ADAM.beta2;
    const rate = (this.#rate * Math.sqrt(1 - this.#power2)) / (1 - this.#power1);
    kernels.adam(0, layout.weights, rate);
    return loss;
  }

  #addDecay(): void {
    const { memory } = this.#network.kernels;
    const { weights } = this.#network.layout;
    for (let i = 0; i < weights; i++) memory[weights + i] += this.#weightDecay * memory[i];
  }

  /** Puts the gradients of the mean loss behind the weights, in their order. */
  gradients(rows: number, targets: Table, targetRow: (row: number) => number): number {
    const { dense } = this.#network.layout;
    this.#network.forward(rows, (index) => this.#dropInputs(index, rows));
    const loss = this.#startSlopes(rows, targets, targetRow);
    for (let i = dense.length - 1; i >= 0; i--) {
      this.#weightGradients(i, rows);
      if (i > 0) this.#slopesBefore(i, rows);
    }
    return loss;
  }

  /** Where layer `index` finds its inputs; with dropout some are made 0, and the others as much larger. */
  #dropInputs(index: number, rows: number): { at: number; stride: number } {
    const { dropout, dropped } = this.#network.layout.dense[index];
    const { at, stride } = this.#network.inputsOf(index);
    if (dropout === 0) return { at, stride };
    const { memory } = this.#network.kernels;
    const masks = dropped + this.#network.layout.capacity * stride;
    for (let i = 0; i < rows * stride; i++) {
      memory[masks + i] = this.#random.double() < dropout ? 0 : 1 / (1 - dropout);
      memory[dropped + i] = memory[at + i] * memory[masks + i];
    }
    return { at: dropped, stride };
  }

  #inputsOf(index: number): { at: number; stride: number } {
    const { dropout, dropped } = this.#network.layout.dense[index];
    const { at, stride } = this.#network.inputsOf(index);
    return { at: dropout === 0 ? at : dropped, stride };
  }

  /** The losses' sum; leaves its slopes by the last layer's sums. */
  #startSlopes(rows: number, targets: Table, targetRow: (row: number) => number): number {
    const { kernels, layout } = this.#network;
    const { memory } = kernels;
    const { layer, outputs, slopes, units, stride } = layout.dense.at(-1)!;
    // Of a sigmoid's cross-entropy the slope by the sum is exact where the two steps would divide by 0.
    const isFused = this.#loss === 'binary_crossentropy' && layer.activation === 'sigmoid';
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const target = targetRow(row) * units;
      for (let unit = 0; unit < units; unit++) {
        const output = memory[outputs + row * stride + unit];
        const wanted = targets.values[target + unit];
        loss += lossOf(this.#loss, output, wanted);
        const slope = isFused ? output - wanted : lossSlope(this.#loss, output, wanted);
        memory[slopes + row * stride + unit] = slope / (rows * units);
      }
    }
    if (!isFused) backThrough(layer.activation, kernels, { at: slopes, rows, width: units, stride }, outputs);
    return loss / units;
  }

  #weightGradients(index: number, rows: number): void {
    const { kernels, layout } = this.#network;
    const { weights, bias, slopes, stride, inputs } = layout.dense[index];
    const { at, stride: inputStride } = this.#inputsOf(index);
    const shared = { b: slopes, bRowStride: stride, bias: layout.zeros, cRowStride: stride, columns: stride };
    const gradients = layout.weights;
    kernels.multiply({
      ...shared,
      a: at,
      aRowStride: 1,
      aColumnStride: inputStride,
      c: gradients + weights,
      rows: inputs,
      depth: rows,
    });
    kernels.multiply({
      ...shared,
      a: layout.ones,
      aRowStride: 0,
      aColumnStride: 1,
      c: gradients + bias,
      rows: 1,
      depth: rows,
    });
  }

  /** Slopes by the sums of the layer before `index`. */
  #slopesBefore(index: number, rows: number): void {
    const { kernels, layout } = this.#network;
    const { memory } = kernels;
    const places = layout.dense[index];
    const before = layout.dense[index - 1];
    this.#transpose(places);
    kernels.multiply({
      a: places.slopes,
      aRowStride: places.stride,
      aColumnStride: 1,
      b: layout.transposed,
      bRowStride: before.stride,
      bias: layout.zeros,
      c: before.slopes,
      cRowStride: before.stride,
      rows,
      columns: before.stride,
      depth: places.units,
    });
    if (places.dropout > 0) {
      const masks = places.dropped + layout.capacity * before.stride;
      for (let i = 0; i < rows * before.stride; i++) memory[before.slopes + i] *= memory[masks + i];
    }
    const slopes = { at: before.slopes, rows, width: before.units, stride: before.stride };
    backThrough(before.layer.activation, kernels, slopes, before.outputs);
  }

  /** Its padding may hold anything: what comes of it is padding again, and nobody reads that. */
  #transpose({ weights, inputs, units, stride }: DensePlaces): void {
    const { memory } = this.#network.kernels;
    const { transposed } = this.#network.layout;
    const width = padded(inputs);
    for (let unit = 0; unit < units; unit++) {
      const row = transposed + unit * width;
      for (let input = 0; input < inputs; input++)
        memory[row + input] = memory[weights + input * stride + unit];
    }
  }
}
