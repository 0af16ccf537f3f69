import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { PipelineError } from '@antinex/runtime';

/** One capture handle of the npm package `cap` 0.2.1. */
export interface CapHandle extends EventEmitter {
  /** Returns the link type's name. Frames are written into `buffer`, each over the one before. */
  open(device: string, filter: string, ringBytes: number, buffer: Buffer): string;
  close(): boolean;
}

export interface CapDevice {
  readonly name: string;
  readonly description?: string;
  readonly addresses: readonly { readonly addr?: string }[];
  readonly flags?: string;
}

interface CapBinding {
  readonly Cap: new () => CapHandle;
  deviceList(): CapDevice[];
}

let binding: CapBinding | undefined;

/**
 * The `cap` binding, loaded at first use: reading files must work without it.
 *
 * @throws PipelineError CAPTURE_UNAVAILABLE if it was not built, or in a worker thread, where it
 * would abort the process.
 */
export function loadCap(): CapBinding {
  if (!isMainThread) throw unavailable('cap works on the main thread only');
  if (!binding) {
    try {
      binding = createRequire(import.meta.url)('cap') as CapBinding;
    } catch (error) {
      throw unavailable('the native module of the npm package cap is not built', error);
    }
  }
  return binding;
}

function unavailable(reason: string, cause?: unknown): PipelineError {
  return new PipelineError('CAPTURE_UNAVAILABLE', { reason }, { cause });
}
