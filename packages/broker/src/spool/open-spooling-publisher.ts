import type { BrokerSource } from './broker-link.ts';
import { type SpoolOptions, withDefaults } from './options.ts';
import { SegmentLog } from './segment-log.ts';
import { SpoolingPublisher } from './spooling-publisher.ts';
import { Wakeup } from './wakeup.ts';

/**
 * A publisher that does not need its broker: while that is slow, down or not there yet, batches go to
 * a folder, and from there to the broker when it is back. publish() resolves once a batch is confirmed
 * by the broker or in the spool.
 *
 * The order of the calls is kept: while anything is in the spool, everything goes through it. Nothing
 * is lost, at most doubled: when the broker had a batch but could not say so in time, and when this
 * process dies between a confirmation and remembering it (50 ms).
 *
 * `source` is the broker's publisher, which is closed with this one, or a function that connects: it is
 * called until it succeeds. Only the function gets `onEvent` for its QueueOptions, so that a lost
 * connection is acted on at once and not after `patienceMs`.
 *
 * @throws PipelineError SPOOL_IN_USE, SPOOL_UNUSABLE, OUTPUT_UNWRITABLE, DISK_FULL; what the function
 * throws at the first call if that is a usage error.
 */
export async function openSpoolingPublisher<T>(
  source: BrokerSource<T>,
  options: SpoolOptions<T>,
): Promise<SpoolingPublisher<T>> {
  const settings = withDefaults(options);
  const room = new Wakeup();
  const log = await SegmentLog.open({ ...settings, onRoom: () => room.call() });
  const publisher = new SpoolingPublisher(source, settings, log, room);
  try {
    await publisher.connect();
  } catch (error) {
    await publisher.close();
    throw error;
  }
  return publisher;
}
