/**
 * The process that captures for a CapSource: the only one that ever holds the right to, and only until
 * the device is open. Started by cap-process.ts, not by people.
 */
import { toPipelineError } from '@antinex/runtime';
import { Capture } from './capture.ts';
import type { ChildMessage, ChildOptions } from './messages.ts';

// They reach the whole process group (^C) or service. The parent ends this one, by closing the pipe.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});

/** Resolves once the message is on its way; also when nobody is there to read it. */
const tell = (message: ChildMessage): Promise<void> =>
  new Promise((resolve) => {
    process.send!(message, () => resolve());
  });

try {
  new Capture(JSON.parse(process.argv[2]) as ChildOptions, tell);
} catch (error) {
  const { code, details, cause } = toPipelineError(error);
  await tell({ type: 'refused', code, details, ...(cause instanceof Error && { cause: cause.message }) });
  process.exit();
}
