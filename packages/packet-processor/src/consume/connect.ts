import { untilThere } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { Receiver, type ReceiverOptions } from './receiver.ts';

/**
 * Connects all of them, waiting for brokers that are not there yet; undefined when `signal` is aborted
 * before that.
 *
 * @throws PipelineError when a broker will never let us in.
 */
export async function connectReceivers(
  wanted: readonly ReceiverOptions[],
  log: Log,
  signal: AbortSignal,
): Promise<Receiver[] | undefined> {
  const receivers: Receiver[] = [];
  try {
    for (const options of wanted)
      receivers.push(await untilThere(() => Receiver.connect(options), log, signal));
    return receivers;
  } catch (error) {
    await Promise.all(receivers.map((receiver) => receiver.close()));
    if (signal.aborted) return undefined;
    throw error;
  }
}
