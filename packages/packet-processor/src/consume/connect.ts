import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { describeError, PipelineError } from '@antinex/runtime';
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
    for (const options of wanted) receivers.push(await untilConnected(options, log, signal));
    return receivers;
  } catch (error) {
    await Promise.all(receivers.map((receiver) => receiver.close()));
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function untilConnected(options: ReceiverOptions, log: Log, signal: AbortSignal): Promise<Receiver> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await Receiver.connect(options);
    } catch (error) {
      if (!(error instanceof PipelineError && error.code === 'BROKER_UNREACHABLE')) throw error;
      const ms = backoffMs(attempt);
      log('warn', `${describeError(error).line}; trying again in ${Math.ceil(ms / 1000)} s`);
      await sleep(ms, undefined, { signal }).catch(() => {});
    }
  }
}
