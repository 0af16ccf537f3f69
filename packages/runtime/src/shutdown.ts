import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type EndSignal = (typeof SIGNALS)[number];

/** The exit code shells know for a process that a signal ended: 130 for SIGINT, 143 for SIGTERM. */
export const signalExitCode = (signal: EndSignal): number => 128 + constants.signals[signal];

/** The part of `process` that ending needs; tests bring their own. */
export interface Host extends Pick<EventEmitter, 'on' | 'off'> {
  exit(code: number): void;
}

type Hook = () => void | Promise<void>;

/** How a program is asked to end, and what it does before. */
export interface Shutdown {
  /** Aborted by the first SIGINT or SIGTERM, or by request(). */
  readonly signal: AbortSignal;
  /** The signal that asked, if one did. */
  readonly receivedSignal: EndSignal | undefined;
  /** Asks for the end as a signal would. */
  request(): void;
  /** Has `hook` run before the program ends, however it ends; the returned function takes it back. */
  onShutdown(hook: Hook): () => void;
  /**
   * Runs the hooks, the last added first, each once, whether or not the one before failed.
   * Resolves with what went wrong; a hook that is not done by the deadline counts as an error.
   */
  runHooks(): Promise<unknown[]>;
  /** Stops listening for signals. */
  dispose(): void;
}

export interface ShutdownOptions {
  readonly host: Host;
  /** For all hooks together. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 10_000;

/** Listens for SIGINT and SIGTERM: the first asks for a clean end, the second ends the process at once. */
export function createShutdown({ host, deadlineMs = DEADLINE_MS }: ShutdownOptions): Shutdown {
  const controller = new AbortController();
  const hooks: Hook[] = [];
  let receivedSignal: EndSignal | undefined;
  const onSignal = (signal: EndSignal) => {
    if (receivedSignal !== undefined) return host.exit(signalExitCode(signal));
    receivedSignal = signal;
    controller.abort();
  };
  for (const signal of SIGNALS) host.on(signal, onSignal);

  return {
    signal: controller.signal,
    get receivedSignal() {
      return receivedSignal;
    },
    request: () => controller.abort(),
    onShutdown(hook) {
      hooks.push(hook);
      return () => {
        const index = hooks.indexOf(hook);
        if (index >= 0) hooks.splice(index, 1);
      };
    },
    runHooks: () => runReversed(hooks, deadlineMs),
    dispose() {
      for (const signal of SIGNALS) host.off(signal, onSignal);
    },
  };
}

async function runReversed(hooks: Hook[], deadlineMs: number): Promise<unknown[]> {
  const errors: unknown[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, deadlineMs, 'late');
  });
  for (let hook = hooks.pop(); hook; hook = hooks.pop()) {
    try {
      if ((await Promise.race([hook(), late])) === 'late') {
        errors.push(new Error(`the clean-up took longer than ${deadlineMs} ms`));
        break;
      }
    } catch (error) {
      errors.push(error);
    }
  }
  clearTimeout(timer);
  return errors;
}
