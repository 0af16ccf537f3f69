import { knownPart } from '@antinex/decoder';
import { isBuilt } from '@antinex/libpcap';
import type { Log } from '@antinex/runtime';
import {
  createLogger,
  createProgress,
  openStatusServer,
  parseListenAddress,
  type Shutdown,
} from '@antinex/runtime';
import { print } from '@antinex/runtime/command';
import { giveUpRoot } from '../give-up-root.ts';
import { agentMetrics } from './agent-metrics.ts';
import { type Crew, openCrew } from './crew.ts';
import { unaccounted } from './ledger.ts';
import { type AgentConfig, makePlan } from './make-plan.ts';
import type { AgentSpec } from './spec.ts';
import { type AgentSummary, summaryText } from './summary.ts';

/** What the process gives a running agent. */
export interface AgentContext {
  readonly signal: AbortSignal;
  readonly shutdown: Shutdown;
}

const PROGRESS_MS = 250;

/**
 * Captures until the signal, --count, --duration or the end of the file. Devices are opened first, then
 * root is given up, and only then is anything of the network looked at or talked to.
 */
export async function captureWith(
  spec: AgentSpec,
  config: AgentConfig,
  { signal, shutdown }: AgentContext,
): Promise<number> {
  const { values } = config;
  const logger = await createLogger({ name: spec.name, ...values });
  const log: Log = (level, text) => logger[level](text);
  const crew = await open(spec, config, log);
  shutdown.onShutdown(() => crew.abandon());
  const startedMs = performance.now();
  const summary = (): AgentSummary => summarise(spec, crew, performance.now() - startedMs);
  // It answers nobody before this function waits again.
  const stopServing = await serveStatus(config, crew, summary, log);
  // From here on nothing runs as root.
  for (const line of giveUpRoot(values.user)) log('info', line);
  const verb = values.read === undefined ? 'capturing on' : 'reading';
  for (const text of crew.descriptions()) log('info', `${verb} ${text}`);
  const stopShowing = showProgress(summary);
  process.on('SIGUSR1', () => process.stderr.write(`${summaryText(summary())}\n`));
  const stop = (): void => {
    log('info', 'ending: what came in is still published; a second signal ends at once');
    crew.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const timer = values.duration === undefined ? undefined : setTimeout(() => crew.stop(), values.duration);
  const [end] = await Promise.allSettled([crew.run()]);
  clearTimeout(timer);
  stopShowing();
  await stopServing();
  const last = summary();
  if (values.json) await print(`${JSON.stringify(last, null, 2)}\n`);
  else process.stderr.write(`${summaryText(last)}\n`);
  if (end.status === 'rejected') throw end.reason;
  return exitCodeOf(last);
}

async function open(spec: AgentSpec, config: AgentConfig, log: Log): Promise<Crew> {
  const { values } = config;
  const plan = await makePlan(spec, config, log);
  if (values.read === undefined && values.backend === 'auto' && !isBuilt()) {
    log(
      'warn',
      "the libpcap addon is not built: capturing with cap, which does not count the kernel's drops",
    );
  }
  return openCrew(plan, values.workers, log);
}

/** Packets lost on the way to the broker, or a ledger that does not close, are a failure. */
function exitCodeOf({ ledger }: AgentSummary): number {
  return ledger.dropped.broker > 0 || unaccounted(ledger) !== 0 ? 1 : 0;
}

function summarise({ name }: AgentSpec, crew: Crew, ms: number): AgentSummary {
  const ledger = crew.ledger();
  return {
    agent: name,
    sources: crew.descriptions(),
    seconds: Math.round(ms) / 1000,
    ledger,
    unaccounted: unaccounted(ledger),
    notes: crew.notes(),
  };
}

async function serveStatus(
  { values, origins }: AgentConfig,
  crew: Crew,
  summary: () => AgentSummary,
  log: Log,
): Promise<() => Promise<void>> {
  if (values.http === undefined) return async () => {};
  const server = await openStatusServer({
    ...parseListenAddress(values.http, origins.http),
    metrics: agentMetrics(crew),
    status: summary,
    ready: () => crew.ready(),
  });
  log('info', `status at ${server.url}`);
  return () => server.close();
}

/** A line that shows how it goes, on a terminal. */
function showProgress(summary: () => AgentSummary): () => void {
  const progress = createProgress();
  const timer = setInterval(() => {
    const { received, receivedBytes, dropped } = summary().ledger;
    const lost = knownPart(dropped.kernel) + knownPart(dropped.interface) + dropped.queue + dropped.broker;
    progress.update({ packets: received, bytes: receivedBytes, dropped: lost });
  }, PROGRESS_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    progress.stop();
  };
}
