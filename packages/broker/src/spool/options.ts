import { jsonCodec } from '../json-codec.ts';
import type { BrokerEvent, Codec } from '../types.ts';
import type { FsyncPolicy } from './append-queue.ts';
import type { SpoolEvent } from './events.ts';

export interface SpoolOptions<T> {
  /** Made if it is missing; one publisher uses it at a time. */
  readonly folder: string;
  /** Bound of all files together, 1 GiB unless given. */
  readonly maxBytes?: number;
  /** Bound of one file: 16 MiB, or an eighth of maxBytes where that is less. Files go when all in them is confirmed. */
  readonly segmentBytes?: number;
  /** `always` unless given: a batch in the spool is safe from a loss of power when publish() resolves. */
  readonly fsync?: FsyncPolicy;
  /** 1000 ms unless given. */
  readonly fsyncIntervalMs?: number;
  /** How batches lie on disk; JSON unless given. */
  readonly codec?: Codec<T>;
  /** How long the broker may take to confirm a batch before it goes to the disk: 1000 ms unless given. */
  readonly patienceMs?: number;
  /** What publish() does while the spool is full or cannot be written: wait, which is the default, or throw. */
  readonly whenSpoolFull?: 'block' | 'reject';
  /** How long close() waits for a broker that is there to take the rest: 5000 ms unless given. */
  readonly closeTimeoutMs?: number;
  /** Called with what happens to the connection and the spool; must not throw. */
  readonly onEvent?: (event: BrokerEvent | SpoolEvent) => void;
}

const DEFAULT_MAX_BYTES = 2 ** 30;
const LONGEST_SEGMENT_BYTES = 2 ** 24;

export function withDefaults<T>(options: SpoolOptions<T>): Required<SpoolOptions<T>> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  return {
    folder: options.folder,
    maxBytes,
    segmentBytes: options.segmentBytes ?? Math.min(LONGEST_SEGMENT_BYTES, Math.ceil(maxBytes / 8)),
    fsync: options.fsync ?? 'always',
    fsyncIntervalMs: options.fsyncIntervalMs ?? 1000,
    codec: options.codec ?? jsonCodec<T>(),
    patienceMs: options.patienceMs ?? 1000,
    whenSpoolFull: options.whenSpoolFull ?? 'block',
    closeTimeoutMs: options.closeTimeoutMs ?? 5000,
    onEvent: options.onEvent ?? (() => {}),
  };
}
