import type { Kernels } from './kernels.ts';
import { plainKernels } from './plain-kernels.ts';
import { simdKernels } from './simd-kernels.ts';

/** Which arithmetic is used; both give the same bits. */
export type KernelKind = 'simd' | 'plain';

/** Kernels over a new memory of zeros: SIMD where the machine has it, unless one kind is asked for. */
export function openKernels(floats: number, kind?: KernelKind): Kernels {
  if (kind === 'plain') return plainKernels(floats);
  try {
    return simdKernels(floats);
  } catch (error) {
    // No WebAssembly at all, none with SIMD, or too many of its memories (some 10,000) at once.
    if (kind === 'simd') throw error;
    return plainKernels(floats);
  }
}
