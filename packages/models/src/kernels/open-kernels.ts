import type { Kernels } from './kernels.ts';
import { plainKernels } from './plain-kernels.ts';
import { plainRowKernels } from './plain-row-kernels.ts';
import type { RowKernels } from './row-kernels.ts';
import { simdKernels } from './simd-kernels.ts';
import { simdRowKernels } from './simd-row-kernels.ts';

/** Which arithmetic is used; both give the same bits. */
export type KernelKind = 'simd' | 'plain';

/** Kernels over a new memory of zeros: SIMD where the machine has it, unless one kind is asked for. */
export const openKernels = (floats: number, kind?: KernelKind): Kernels =>
  open(floats, kind, simdKernels, plainKernels);

/** The same for kernels of rows. */
export const openRowKernels = (numbers: number, kind?: KernelKind): RowKernels =>
  open(numbers, kind, simdRowKernels, plainRowKernels);

type Maker<K> = (size: number) => K;

function open<K>(size: number, kind: KernelKind | undefined, simd: Maker<K>, plain: Maker<K>): K {
  if (kind === 'plain') return plain(size);
  try {
    return simd(size);
  } catch (error) {
    // No WebAssembly at all, none with SIMD, or too many of its memories (some 10,000) at once.
    if (kind === 'simd') throw error;
    return plain(size);
  }
}
