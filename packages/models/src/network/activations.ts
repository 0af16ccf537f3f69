import { exp, sigmoid, tanh } from '../data/exact-math.ts';
import type { Kernels } from '../kernels/kernels.ts';

export const ACTIVATIONS = ['relu', 'sigmoid', 'tanh', 'linear', 'softmax'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** A rectangle in the kernels' memory; a row takes `stride` floats, of which `width` count. */
export interface Block {
  readonly at: number;
  readonly rows: number;
  readonly width: number;
  readonly stride: number;
}

/** Replaces a layer's sums by what it gives. */
export function activate(activation: Activation, kernels: Kernels, block: Block): void {
  switch (activation) {
    case 'relu':
      return kernels.relu(block.at, block.rows * block.stride);
    case 'sigmoid':
      return each(kernels.memory, block, sigmoid);
    case 'tanh':
      return each(kernels.memory, block, tanh);
    case 'softmax':
      return eachRow(block, (from, to) => softmax(kernels.memory, from, to));
  }
}

/** Turns slopes by what a layer gives into slopes by its sums; `outputs` is what it gave. */
export function backThrough(activation: Activation, kernels: Kernels, slopes: Block, outputs: number): void {
  const { memory } = kernels;
  const toOutput = outputs - slopes.at;
  switch (activation) {
    case 'relu':
      return kernels.reluGradient(slopes.at, outputs, slopes.rows * slopes.stride);
    case 'sigmoid':
      return each(memory, slopes, (slope, at) => slope * memory[at + toOutput] * (1 - memory[at + toOutput]));
    case 'tanh':
      return each(memory, slopes, (slope, at) => slope * (1 - memory[at + toOutput] ** 2));
    case 'softmax':
      return eachRow(slopes, (from, to) => {
        let sum = 0;
        for (let at = from; at < to; at++) sum += memory[at] * memory[at + toOutput];
        for (let at = from; at < to; at++) memory[at] = memory[at + toOutput] * (memory[at] - sum);
      });
  }
}

function eachRow({ at, rows, width, stride }: Block, run: (from: number, to: number) => void): void {
  for (let row = 0; row < rows; row++) run(at + row * stride, at + row * stride + width);
}

function each(memory: Float32Array, block: Block, change: (value: number, at: number) => number): void {
  eachRow(block, (from, to) => {
    for (let at = from; at < to; at++) memory[at] = change(memory[at], at);
  });
}

function softmax(memory: Float32Array, from: number, to: number): void {
  let max = memory[from];
  for (let at = from + 1; at < to; at++) if (memory[at] > max) max = memory[at];
  let sum = 0;
  for (let at = from; at < to; at++) {
    memory[at] = exp(memory[at] - max);
    sum += memory[at];
  }
  for (let at = from; at < to; at++) memory[at] /= sum;
}
