import { loadDriver } from '@antinex/broker';
import type { AgentLedger } from '@antinex/decoder';
import type { Log, Readiness } from '@antinex/runtime';
import { within } from '@antinex/runtime';
import { Converter } from '../converter.ts';
import { PacketFilter } from '../packet-filter.ts';
import type { PacketSource } from '../source.ts';
import { BrokerConnection } from './broker-connection.ts';
import type { Crew } from './crew.ts';
import { printMessages } from './debug-packets.ts';
import { ledgerOf, noCounts } from './ledger.ts';
import { takesRecords } from './ledger-records.ts';
import { openSources } from './open-sources.ts';
import { openWriter } from './open-writer.ts';
import { AgentPipeline } from './pipeline.ts';
import type { PipelinePlan } from './plan.ts';

/** A broker that is there has answered by then. */
const FIRST_ANSWER_MS = 250;

/** Does all the work in this thread. */
export class LocalCrew implements Crew {
  private readonly plan: PipelinePlan;
  private readonly sources: readonly PacketSource[];
  private readonly log: Log;
  private connection: BrokerConnection | undefined;
  private pipeline: AgentPipeline | undefined;
  private stopped = false;

  private constructor(plan: PipelinePlan, sources: readonly PacketSource[], log: Log) {
    this.plan = plan;
    this.sources = sources;
    this.log = log;
  }

  static async open(plan: PipelinePlan, log: Log): Promise<LocalCrew> {
    // Whoever is left when root is gone may not be able to read the program's files.
    await loadDriver(plan.broker.url);
    return new LocalCrew(plan, await openSources(plan), log);
  }

  descriptions(): readonly string[] {
    return this.sources.map(({ description }) => description);
  }

  ledger(): AgentLedger {
    if (this.pipeline) return this.pipeline.ledger();
    const stats = this.sources.map((source) => source.stats());
    return ledgerOf(stats, noCounts(), this.stopped);
  }

  notes(): readonly string[] {
    return [...new Set(this.sources.flatMap((source) => source.notes()))];
  }

  spooled(): number | undefined {
    return this.connection?.spooled();
  }

  ready(): Readiness {
    if (this.stopped) return { ready: false, reason: 'it is ending' };
    if (this.connection === undefined) return { ready: false, reason: 'it is starting' };
    const { problem } = this.connection;
    return problem === undefined ? true : { ready: false, reason: problem };
  }

  async run(): Promise<void> {
    const connection = new BrokerConnection(this.plan, this.log);
    this.connection = connection;
    // Messages that wait for the broker are kept as objects, and V8 would take it for granted that they
    // live long. The first packets wait in the kernel's ring instead, if it is about to answer.
    await within(
      FIRST_ANSWER_MS,
      connection.opened.catch(() => {}),
    );
    try {
      const pipeline = await this.openPipeline(connection);
      this.pipeline = pipeline;
      connection.opened.catch((error: unknown) => pipeline.fail(error));
      if (this.stopped) this.stop();
      await pipeline.run();
    } catch (error) {
      this.stop();
      await connection.close().catch(() => {});
      throw error;
    }
    await connection.close();
  }

  stop(): void {
    this.stopped = true;
    this.connection?.stopLooking();
    this.pipeline?.stop();
    for (const source of this.sources) void source.close();
  }

  abandon(): void {
    this.stop();
    this.pipeline?.abandon();
  }

  private async openPipeline(publisher: BrokerConnection): Promise<AgentPipeline> {
    const { filter, inputs, messages, sampleOneIn, count, queuePackets, whenFull, write, debugPackets } =
      this.plan;
    const { agent, broker } = this.plan;
    const linkTypes = this.sources.flatMap((source) => source.linkTypes);
    return new AgentPipeline({
      sources: this.sources,
      publisher,
      converter: new Converter(messages),
      filter: 'file' in inputs && filter !== '' ? new PacketFilter(filter) : undefined,
      sampleOneIn,
      count,
      queuePackets,
      whenFull: whenFull === 'spool' ? 'block' : whenFull,
      writer: write && (await openWriter(write, linkTypes)),
      records: takesRecords(broker) ? { agent, source: messages.source } : undefined,
      log: this.log,
      onMessages: debugPackets ? printMessages() : undefined,
    });
  }
}
