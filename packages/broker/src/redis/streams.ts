import type { Address } from './address.ts';
import type { Client } from './connection.ts';
import { reasonOf } from './failure.ts';

/**
 * How a queue lies in Redis on the batch wire: in the stream `<queue>.batch`, or spread over
 * `<queue>.batch:0`, `:1` ... Each entry is one publish, in the field `ndjson`, with the number of its
 * messages in `count`, and in dead-letter queues why it is there in `reason`. A group of consumers
 * shares the stream; what it acked is deleted, so the stream's length is what waits and what is pending.
 */
export const FIELD = { NDJSON: 'ndjson', COUNT: 'count', REASON: 'reason' } as const;

/** Entries that may wait in one stream: up to 16 M packets. */
export const DEFAULT_MAX_ENTRIES = 65_536;

export function streamsOf(queue: string, { shards }: Address): string[] {
  if (shards === 1) return [`${queue}.batch`];
  return Array.from({ length: shards }, (_, shard) => `${queue}.batch:${shard}`);
}

/** Makes the stream and its group where they do not exist. Whatever lies in the stream is for the group. */
export async function createGroup(client: Client, stream: string, group: string): Promise<void> {
  try {
    await client.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
  } catch (error) {
    if (!reasonOf(error).startsWith('BUSYGROUP')) throw error;
  }
}
