import type { BrokerEvent } from '@antinex/broker';
import type { Log } from '@antinex/runtime';
import { createLogger, openStatusServer, parseListenAddress, type Readiness } from '@antinex/runtime';
import { print } from '@antinex/runtime/command';
import { brokerLog } from './broker-log.ts';
import { connectReceivers } from './consume/connect.ts';
import { MOST_PENDING, Processor } from './consume/processor.ts';
import type { Receiver, ReceiverOptions } from './consume/receiver.ts';
import { printMessages } from './debug-packets.ts';
import { admittingCodec } from './messages/codec.ts';
import { processorMetrics } from './metrics.ts';
import { NamedCounts } from './named-counts.ts';
import { brokersOf, type Outputs, openOutputs, type ProcessorSpec } from './plan.ts';
import { reportOf } from './report.ts';
import type { ProcessorConfig } from './settings.ts';
import { watchStopFile } from './stop-file.ts';
import { type ProcessorSummary, summaryText } from './summary.ts';

/** Enough to fill one commit while the one before is under way. */
const MOST_UNSETTLED = 2 * MOST_PENDING;

export interface ProcessContext {
  readonly signal: AbortSignal;
  /** Print the summary as JSON. */
  readonly json: boolean;
}

/** Processes what comes from the broker until the signal, STOP_FILE or STOP_AFTER_NUM; prints the summary. */
export async function processWith(
  spec: ProcessorSpec,
  config: ProcessorConfig,
  { signal, json }: ProcessContext,
): Promise<void> {
  const logger = await createLogger({ name: spec.name, ...config.values });
  const log: Log = (level, text) => logger[level](text);
  const run = await ProcessorRun.open(spec, config, log);
  const stopServing = await run.serveStatus();
  const onSignal = () => run.stop();
  signal.addEventListener('abort', onSignal, { once: true });
  if (signal.aborted) run.stop();
  const { stopFile } = config.values;
  const stopWatching = stopFile === undefined ? () => {} : watchStopFile(stopFile, () => run.stop());
  const [end] = await Promise.allSettled([run.toEnd()]);
  stopWatching();
  signal.removeEventListener('abort', onSignal);
  await stopServing();
  const summary = run.summary();
  if (json) await print(`${JSON.stringify(summary, null, 2)}\n`);
  else process.stderr.write(`${summaryText(summary)}\n`);
  if (end.status === 'rejected') throw end.reason;
}

/** One life of a processor, from its datasets' opening to their end. */
class ProcessorRun {
  private readonly startedMs = performance.now();
  private readonly stopping = new AbortController();
  private readonly deadLetters = new NamedCounts();
  private readonly spec: ProcessorSpec;
  private readonly config: ProcessorConfig;
  private readonly log: Log;
  private readonly outputs: Outputs;
  private processor: Processor | undefined;

  static async open(spec: ProcessorSpec, config: ProcessorConfig, log: Log): Promise<ProcessorRun> {
    return new ProcessorRun(spec, config, log, await openOutputs(config, log));
  }

  private constructor(spec: ProcessorSpec, config: ProcessorConfig, log: Log, outputs: Outputs) {
    this.spec = spec;
    this.config = config;
    this.log = log;
    this.outputs = outputs;
  }

  stop(): void {
    this.stopping.abort();
    this.processor?.stop();
  }

  /** What was left of rows to be posted, by this processor or others before, is posted from the start on. */
  async toEnd(): Promise<void> {
    const { publisher } = this.outputs;
    publisher?.start();
    try {
      await this.process();
    } finally {
      await publisher?.stop();
    }
  }

  private async process(): Promise<void> {
    const { sinks, neighbours } = this.outputs;
    const receivers = await this.connect();
    if (receivers === undefined) return;
    neighbours.watch();
    const { saveAfterNum, saveAfterTime, stopAfterNum, debugPackets } = this.config.values;
    this.processor = new Processor({
      receivers,
      sinks,
      neighbours,
      saveRows: saveAfterNum || Number.POSITIVE_INFINITY,
      saveMs: saveAfterTime,
      mostRows: stopAfterNum > 0 ? stopAfterNum : Number.POSITIVE_INFINITY,
      log: this.log,
      onReject: (reason, messages) => this.deadLetters.add(reason, messages),
      onMessages: debugPackets === true ? printMessages : undefined,
    });
    if (this.stopping.signal.aborted) this.processor.stop();
    await this.processor.run().finally(() => neighbours.stop());
  }

  summary(): ProcessorSummary {
    const { spec, startedMs, outputs, deadLetters, processor } = this;
    return reportOf({ name: spec.name, startedMs, ...outputs, deadLetters, processor });
  }

  async serveStatus(): Promise<() => Promise<void>> {
    const { values, origins } = this.config;
    if (values.http === undefined) return async () => {};
    const server = await openStatusServer({
      ...parseListenAddress(values.http, origins.http),
      metrics: processorMetrics(() => this.summary()),
      status: () => this.summary(),
      ready: () => this.readiness(),
    });
    this.log('info', `status at ${server.url}`);
    return () => server.close();
  }

  private readiness(): Readiness {
    return this.processor?.readiness ?? { ready: false, reason: 'the broker is not there yet' };
  }

  /** Undefined when it was stopped before the broker was there. */
  private async connect(): Promise<Receiver[] | undefined> {
    let receivers: Receiver[] | undefined;
    try {
      receivers = await connectReceivers(this.receiverOptions(), this.log, this.stopping.signal);
      return receivers;
    } finally {
      if (receivers === undefined) await this.outputs.sinks.close(true);
    }
  }

  private receiverOptions(): ReceiverOptions[] {
    const { schema, archiveJson } = this.config.values;
    // An archive keeps the messages themselves, and the legacy schema makes others of them.
    const withRows = schema === '2' && archiveJson === undefined;
    return brokersOf(this.spec, this.config).map(({ url, options }) => {
      const logEvent = brokerLog(url, this.log);
      const onEvent = (event: BrokerEvent) => {
        if (event.kind === 'malformed') this.deadLetters.add(event.reason, event.messages);
        logEvent(event);
      };
      const codec = admittingCodec(schema, withRows);
      return { ...options, url, codec, maxUnsettled: MOST_UNSETTLED, onEvent };
    });
  }
}
