import { createLogger, formatDuration, type Logger } from '@antinex/runtime';
import { AntinexClient } from '../client.ts';
import { antinexClientOptions } from '../from-settings.ts';
import type { CommonValues } from './settings.ts';

/** What a command works with. */
export interface Opened {
  readonly client: AntinexClient;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The client and the log that the settings ask for. */
export async function openClient(name: string, values: CommonValues, signal: AbortSignal): Promise<Opened> {
  const { silent, verbose, debug, logLevel, logConfig } = values;
  const asked = debug ? 'debug' : silent || !verbose ? 'error' : undefined;
  const logger = await createLogger({ name, logLevel: asked ?? logLevel, logConfig });
  const client = new AntinexClient({
    ...antinexClientOptions(values),
    log: (level, text) => logger[level](text),
    onExchange: ({ request, status, durationMs, sentBytes, receivedBytes }) =>
      logger.debug(
        { request, status, sentBytes, receivedBytes },
        `${request} in ${formatDuration(durationMs)}`,
      ),
  });
  return { client, logger, signal };
}
