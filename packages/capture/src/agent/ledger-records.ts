import type { BrokerChoice, Publisher } from '@antinex/broker';
import type { AgentLedger, LedgerMessage } from '@antinex/decoder';
import type { Published } from './published.ts';
import { newSession } from './session.ts';

/** How often a capture that runs tells its ledger. */
const RECORD_MS = 10_000;

/** Python's programs take packets only, and from memory nobody takes anything. */
export const takesRecords = ({ url, options: { wire } }: BrokerChoice): boolean =>
  wire !== 'kombu' && !url.startsWith('memory:');

export interface LedgerRecordsOptions {
  readonly agent: string;
  readonly source: string;
  readonly publisher: Pick<Publisher<Published>, 'publish'>;
  /** The session in the packets' ids; undefined while no packet has told it. */
  readonly session: () => string | undefined;
  readonly ledger: () => AgentLedger;
  /** Aborted once nothing more is to be sent. */
  readonly signal: AbortSignal;
}

/**
 * Sends a capture's ledger the way its packets go, for the dataset's manifest: now and then, and for
 * the last time at the end. A record tells all since the start, so one that is lost is made good by the
 * next. Each is a batch of its own, behind the packets published before.
 */
export class LedgerRecords {
  private readonly options: LedgerRecordsOptions;
  private readonly started = new Date().toISOString();
  private number = 0;
  private timer: NodeJS.Timeout | undefined;
  /** What the broker has not taken yet is one record at the most. */
  private isUnderWay = false;

  constructor(options: LedgerRecordsOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.tell(), RECORD_MS).unref();
  }

  /** The last record; rejects when it was not taken. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    // Of a capture without a packet nothing else tells the session.
    await this.publish(this.options.session() ?? newSession(), true);
  }

  private async tell(): Promise<void> {
    const session = this.options.session();
    if (session === undefined || this.isUnderWay) return;
    this.isUnderWay = true;
    await this.publish(session, false).catch(() => {});
    this.isUnderWay = false;
  }

  private publish(session: string, ended: boolean): Promise<void> {
    const { agent, source, ledger, publisher, signal } = this.options;
    const record: LedgerMessage = {
      ledger: 1,
      agent,
      source,
      session,
      started: this.started,
      time: new Date().toISOString(),
      number: ++this.number,
      ended,
      ...ledger(),
    };
    return publisher.publish([record], { signal });
  }
}
