import type { Publisher } from '@antinex/broker';
import { type AgentLedger, decode, type Packet } from '@antinex/decoder';
import type { RotatingWriter } from '@antinex/pcap-file';
import { describeError, type Log } from '@antinex/runtime';
import type { Converter, Message } from '../converter.ts';
import { createSampler, type FlowSampler } from '../flow-sampler.ts';
import type { PacketFilter } from '../packet-filter.ts';
import type { PacketSource } from '../source.ts';
import { ledgerOf, noCounts } from './ledger.ts';
import { LedgerRecords } from './ledger-records.ts';
import { orAborted } from './or-aborted.ts';
import { PublishQueue, type WhenFull } from './publish-queue.ts';
import type { Published } from './published.ts';

/** The most messages of one publish; the broker's own limit. */
const BATCH = 256;
/** After stop(), how long the broker has to take what came in before that. */
const LAST_WORDS_MS = 4000;

export interface PipelineParts {
  readonly sources: readonly PacketSource[];
  readonly publisher: Pick<Publisher<Published>, 'publish'>;
  readonly converter: Converter;
  /** Which packets to take, where no device has chosen them. */
  readonly filter: PacketFilter | undefined;
  readonly sampleOneIn: number;
  readonly count: number | undefined;
  readonly queuePackets: number;
  readonly whenFull: WhenFull;
  /** Also keeps the packets as they came. */
  readonly writer: RotatingWriter | undefined;
  /** Whose ledger is published, too; undefined where nobody would know what that is. */
  readonly records: { readonly agent: string; readonly source: string } | undefined;
  readonly log: Log;
  /** Sees each batch on its way. */
  readonly onMessages: ((messages: readonly Message[]) => Promise<void>) | undefined;
}

/**
 * From packets to the broker: sample, convert, publish in batches, and count where each packet went.
 *
 * A batch goes out when it is full and when the source has no more at the moment, so nothing waits
 * longer than the source itself lets it (20 ms). All packets of a source are turned into messages
 * before it is asked for more, as their memory is its own.
 */
export class AgentPipeline {
  private readonly parts: PipelineParts;
  private readonly counts = noCounts();
  private readonly queue: PublishQueue<Message>;
  private readonly records: LedgerRecords | undefined;
  private readonly sampler: FlowSampler | undefined;
  /** Packets still wanted. */
  private left: number;
  private readonly failures: unknown[] = [];
  /** Nothing can be done with packets any more. */
  private broken = false;
  private deadline: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(parts: PipelineParts) {
    this.parts = parts;
    const { publisher, converter, queuePackets, whenFull, sampleOneIn, count, records } = parts;
    this.queue = new PublishQueue({
      publisher,
      capacity: queuePackets,
      whenFull,
      counts: this.counts,
      onFailure: (error) => this.fail(error),
    });
    this.sampler = sampleOneIn > 1 ? createSampler(sampleOneIn) : undefined;
    this.records =
      records &&
      new LedgerRecords({
        ...records,
        publisher,
        session: () => converter.session,
        ledger: () => this.ledger(),
        signal: this.queue.abandoned,
      });
    this.left = count ?? Number.POSITIVE_INFINITY;
  }

  ledger(): AgentLedger {
    return ledgerOf(
      this.parts.sources.map((source) => source.stats()),
      this.counts,
      this.ended,
    );
  }

  /**
   * Runs until the sources end, `count` is reached or something fails, and until what came in is
   * published. Throws the first failure, with the ledger closed all the same.
   */
  async run(): Promise<void> {
    this.records?.start();
    await Promise.all(this.parts.sources.map((source) => this.pump(source)));
    await this.queue.drain();
    this.ended = true;
    await this.tellLedger();
    clearTimeout(this.deadline);
    await this.parts.writer?.close().catch((error: unknown) => this.failures.push(error));
    if (this.failures.length > 0) throw this.failures[0];
  }

  /** Takes in no more. What already came in is still published, for a bounded time. */
  stop(): void {
    if (!this.ended) this.deadline ??= setTimeout(() => this.abandon(), LAST_WORDS_MS);
    this.closeSources();
  }

  /** As stop(); and run() throws `error`. */
  fail(error: unknown): void {
    this.failures.push(error);
    this.stop();
  }

  /** Gives up on what is not published. */
  abandon(): void {
    this.closeSources();
    this.queue.abandon();
  }

  /** The packets have arrived or been given up by now: their ledger is worth a word, and no failure. */
  private async tellLedger(): Promise<void> {
    if (this.records === undefined) return;
    this.deadline ??= setTimeout(() => this.abandon(), LAST_WORDS_MS);
    await orAborted(this.records.end(), this.queue.abandoned).catch((error: unknown) => {
      const isLate = this.queue.abandoned.aborted;
      const reason = isLate ? 'the broker did not take it in time' : describeError(error).line;
      this.parts.log('warn', `the ledger was not published: ${reason}`);
    });
  }

  private closeSources(): void {
    for (const source of this.parts.sources) void source.close();
  }

  /** Reads a source to its end, also when nothing more is wanted: what it still has is to be counted. */
  private async pump(source: PacketSource): Promise<void> {
    try {
      for await (const packets of source) {
        if (this.broken) this.counts.unread += packets.length;
        else await this.take(packets);
        if (this.left <= 0) this.closeSources();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private async take(packets: readonly Packet[]): Promise<void> {
    const { counts, queue } = this;
    let inHand = packets.length;
    counts.inHand += inHand;
    const done = (n: number): void => {
      inHand -= n;
      counts.inHand -= n;
    };
    try {
      const wanted = this.choose(packets, done);
      if (wanted.length > 0) await this.parts.writer?.write(wanted);
      for (let from = 0; from < wanted.length; from += BATCH) {
        const messages = this.convert(wanted, from, Math.min(wanted.length, from + BATCH), done);
        if (messages.length === 0) continue;
        await this.show(messages);
        await queue.room();
        done(messages.length);
        queue.put(messages);
      }
    } catch (error) {
      // What is left of these packets, and what comes, goes nowhere.
      this.broken = true;
      counts.unread += inHand;
      done(inHand);
      this.fail(error);
    }
  }

  /** Whoever looks on may be slow, but not for ever. */
  private async show(messages: readonly Message[]): Promise<void> {
    const { onMessages } = this.parts;
    const { abandoned } = this.queue;
    if (onMessages === undefined || abandoned.aborted) return;
    await orAborted(onMessages(messages), abandoned).catch((error: unknown) => {
      if (!abandoned.aborted) throw error;
    });
  }

  /** The packets in the sample, up to the last that is wanted. */
  private choose(packets: readonly Packet[], done: (n: number) => void): readonly Packet[] {
    const { counts, sampler } = this;
    const { filter } = this.parts;
    const matching = filter ? packets.filter((packet) => filter.matches(packet)) : packets;
    const sample = sampler ? matching.filter((packet) => sampler.takes(decode(packet))) : matching;
    const wanted = sample.length > this.left ? sample.slice(0, this.left) : sample;
    this.left -= wanted.length;
    counts.filtered += packets.length - matching.length;
    counts.sampled += matching.length - sample.length;
    counts.unread += sample.length - wanted.length;
    done(packets.length - wanted.length);
    return wanted;
  }

  private convert(
    packets: readonly Packet[],
    from: number,
    to: number,
    done: (n: number) => void,
  ): Message[] {
    const messages: Message[] = [];
    for (let i = from; i < to; i++) {
      const message = this.parts.converter.convert(packets[i]);
      if (message !== null) messages.push(message);
    }
    this.counts.filtered += to - from - messages.length;
    done(to - from - messages.length);
    return messages;
  }
}
