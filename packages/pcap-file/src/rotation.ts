import { CaptureWriteError } from './errors.ts';

/** When a file is full; what is left out does not limit it. */
export interface RotationOptions {
  /** The packet that reaches this size is the file's last (tcpdump's -C). */
  readonly rotateBytes?: number | undefined;
  /** The first packet this long after the file was opened begins the next (tcpdump's -G). */
  readonly rotateMs?: number | undefined;
  readonly rotatePackets?: number | undefined;
  /** Files to keep, those of earlier runs included; the oldest are deleted (tcpdump's -W). */
  readonly maxFiles?: number | undefined;
}

/** The same with a number for each: infinity where there is no limit. */
export interface Limits {
  readonly bytes: number;
  readonly ms: number;
  readonly packets: number;
  readonly files: number;
  /** Whether there is any limit to a file. */
  readonly rotates: boolean;
}

/** @throws CaptureWriteError BAD_ROTATION where limits contradict each other or the place. */
export function limitsOf(path: string, options: RotationOptions): Limits {
  const bytes = limit('rotateBytes', options.rotateBytes);
  const ms = limit('rotateMs', options.rotateMs);
  const packets = limit('rotatePackets', options.rotatePackets);
  const files = limit('maxFiles', options.maxFiles);
  const rotates = Math.min(bytes, ms, packets) < Number.POSITIVE_INFINITY;
  if (path === '-' && rotates) throw bad('standard output cannot be rotated: name a file');
  if (files < Number.POSITIVE_INFINITY && !rotates) {
    throw bad('a number of files needs a size, a time or a number of packets for each');
  }
  return { bytes, ms, packets, files, rotates };
}

function limit(name: string, value: number = Number.POSITIVE_INFINITY): number {
  if (value > 0) return value;
  throw bad(`${name} must be above 0, it is ${value}`);
}

const bad = (reason: string) => new CaptureWriteError('BAD_ROTATION', reason);
