import type { Codec } from '../types.ts';
import { type PendingBatch, putBack } from './pending-batch.ts';
import type { SegmentLog } from './segment-log.ts';

/** What is handed to the log in one go. */
const GROUP_BYTES = 4 * 2 ** 20;

/**
 * Moves batches from the front of a lane to the log, in order. What the log does not take is put back;
 * the answer is why, if anything was refused.
 */
export async function moveToLog<T>(
  lane: PendingBatch<T>[],
  log: SegmentLog,
  codec: Codec<T>,
): Promise<Error | undefined> {
  const moving: PendingBatch<T>[] = [];
  const writing: Promise<void>[] = [];
  let bytes = 0;
  let refusal: Error | undefined;
  while (lane.length > 0 && bytes < GROUP_BYTES) {
    const payload = encode(lane[0], codec);
    refusal = payload && log.refusalOf(payload.length);
    if (refusal !== undefined) break;
    const batch = lane.shift()!;
    if (payload === undefined) continue;
    bytes += payload.length;
    moving.push(batch);
    writing.push(log.append(payload, batch.messages.length));
  }
  const refused: PendingBatch<T>[] = [];
  for (const [index, result] of (await Promise.allSettled(writing)).entries()) {
    if (result.status === 'fulfilled') {
      moving[index].resolve();
    } else {
      refusal = result.reason;
      refused.push(moving[index]);
    }
  }
  putBack(lane, refused);
  return refusal;
}

/** Undefined when the batch cannot be told in bytes; its publisher knows then. */
function encode<T>(batch: PendingBatch<T>, codec: Codec<T>): Uint8Array | undefined {
  try {
    return codec.encode(batch.messages);
  } catch (error) {
    batch.reject(error);
    return undefined;
  }
}
