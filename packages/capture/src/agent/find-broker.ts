import { backoffMs, connectPublisher, type Publisher, type QueueOptions } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { describeError, PipelineError } from '@antinex/runtime';
import type { Published } from './published.ts';
import { pause } from './waiting.ts';

/**
 * Connects to a broker, and waits for one that is not there until it comes or `ending` is aborted.
 *
 * @throws PipelineError BROKER_UNREACHABLE after `ending`; what connectPublisher() throws when the broker
 * will never take what it is given: a wrong URL, a wrong password.
 */
export async function findBroker(
  url: string,
  options: QueueOptions<Published>,
  log: Log,
  ending: AbortSignal,
): Promise<Publisher<Published>> {
  let said = '';
  for (let attempt = 0; ; attempt++) {
    try {
      return await connectPublisher<Published>(url, options);
    } catch (error) {
      if (!isAway(error)) throw error;
      const { line } = describeError(error);
      if (line !== said && !ending.aborted) log('warn', `${line}; waiting for it`);
      said = line;
      await pause(backoffMs(attempt), ending);
      if (ending.aborted) throw error;
    }
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof PipelineError && error.code === 'BROKER_UNREACHABLE';
