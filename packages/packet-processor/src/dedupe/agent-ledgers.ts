import {
  type AgentLedger,
  addLedgers,
  isAgentLedger,
  isLedgerMessage,
  type LedgerMessage,
} from '@antinex/decoder';

/** Sessions that are kept apart; of older ones the sum. */
const MOST_SESSIONS = 1000;

/** What an agent told last of a session. */
export type SessionLedger = Omit<LedgerMessage, 'ledger'>;

/** The sum of sessions that nothing was heard of for longest. */
export interface EarlierLedgers extends AgentLedger {
  readonly sessions: number;
}

/** Agents' ledgers as a manifest holds them. */
export interface LedgersState {
  /** By source and session, as in the packets' ids; the ones heard of last come last. */
  readonly agents: Readonly<Record<string, SessionLedger>>;
  /** Only when there are more than can be kept apart. */
  readonly earlierAgents?: EarlierLedgers;
}

/** What agents said they did, all of them together. */
export interface AgentsTotal extends AgentLedger {
  readonly sessions: number;
  /** Sessions, of those kept apart, whose last record has not come. */
  readonly open: number;
}

const NOTHING: EarlierLedgers = { sessions: 0, ...addLedgers([]) };

/**
 * The latest ledger of each session. Records may come in any order and more than once: one that is older
 * than what is known changes nothing. A session that is folded into the sum and told of once more counts
 * as a new one: that takes a thousand others in between.
 */
export class AgentLedgers {
  /** The one heard of last comes last. */
  readonly #sessions = new Map<string, SessionLedger>();
  #earlier = NOTHING;

  /** Takes up what a manifest holds; what is none of that there is left out. */
  static from({ agents, earlierAgents }: { agents?: unknown; earlierAgents?: unknown } = {}): AgentLedgers {
    const ledgers = new AgentLedgers();
    if (isEarlier(earlierAgents)) ledgers.#earlier = earlierAgents;
    for (const entry of valuesOf(agents)) {
      const record: unknown = { ...(entry as object), ledger: 1 };
      if (isLedgerMessage(record)) ledgers.add(record);
    }
    return ledgers;
  }

  /** Whether the record told anything new. */
  add({ ledger: _, ...session }: LedgerMessage): boolean {
    const name = `${session.source}-${session.session}`;
    const before = this.#sessions.get(name);
    if (before !== undefined && !isLater(session, before)) return false;
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
    if (this.#sessions.size > MOST_SESSIONS) this.#foldOldest();
    return true;
  }

  state(): LedgersState {
    const agents = Object.fromEntries(this.#sessions);
    return this.#earlier.sessions === 0 ? { agents } : { agents, earlierAgents: this.#earlier };
  }

  total(): AgentsTotal {
    const sessions = [...this.#sessions.values()];
    return {
      sessions: this.#earlier.sessions + sessions.length,
      open: sessions.filter(({ ended }) => !ended).length,
      ...addLedgers([this.#earlier, ...sessions]),
    };
  }

  #foldOldest(): void {
    for (const [name, session] of this.#sessions) {
      this.#sessions.delete(name);
      this.#earlier = {
        sessions: this.#earlier.sessions + 1,
        ...addLedgers([this.#earlier, session]),
      };
      return;
    }
  }
}

/** A capture that is read again has the same session: then the later run counts. */
const isLater = (one: SessionLedger, other: SessionLedger): boolean =>
  one.started === other.started ? one.number > other.number : one.started > other.started;

const valuesOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

function isEarlier(value: unknown): value is EarlierLedgers {
  if (typeof value !== 'object' || value === null) return false;
  const { sessions, ...counts } = value as Partial<EarlierLedgers>;
  return Number.isSafeInteger(sessions) && sessions! >= 0 && isAgentLedger(counts);
}
