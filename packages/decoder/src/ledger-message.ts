import type { AgentLedger } from './agent-ledger.ts';

/** An agent's ledger as it travels behind its packets, to be written beside their rows. */
export interface LedgerMessage extends AgentLedger {
  /** Version of this form. There is no `schema` and no `data`: it is not a packet. */
  readonly ledger: 1;
  /** The program: `capture-tcp`. */
  readonly agent: string;
  /** Source and session of the packets' ids. */
  readonly source: string;
  readonly session: string;
  /** ISO 8601 UTC, to the millisecond: of this run's start, and of this record. */
  readonly started: string;
  readonly time: string;
  /** Counts this run's records from 1. */
  readonly number: number;
  /** The last one: nothing is on its way any more. */
  readonly ended: boolean;
}

const LONGEST_NAME = 512;

/**
 * Whether a value, whoever sent it, is a record of an agent's ledger and nothing besides. Whether its
 * counts add up is not looked at: one that does not close shall be seen.
 */
export const isLedgerMessage = (value: unknown): value is LedgerMessage =>
  isRecord(value) && value.ledger === 1 && fits(value, RECORD);

/** Whether a value holds the counts of a ledger and nothing besides. */
export const isAgentLedger = (value: unknown): value is AgentLedger => isRecord(value) && fits(value, COUNTS);

type Check = (value: unknown) => boolean;
/** What each field of a record has to be. */
type Form = ReadonlyMap<string, Check>;

const formOf = <T>(checks: Record<keyof T, Check>): Form => new Map(Object.entries(checks));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Has all of a form's fields, each as it should be, and no others. */
function fits(value: Readonly<Record<string, unknown>>, form: Form): boolean {
  const names = Object.keys(value);
  return names.length === form.size && names.every((name) => form.get(name)?.(value[name]));
}

const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isKnownOrNot: Check = (value) => value === 'unknown' || isCount(value);
const isName: Check = (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** A day that a month does not have comes back as another. */
const isTime: Check = (value) => {
  if (typeof value !== 'string' || value.length !== 24 || !TIME.test(value)) return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
};

const DROPPED = formOf<AgentLedger['dropped']>({
  kernel: isKnownOrNot,
  interface: isKnownOrNot,
  queue: isCount,
  broker: isCount,
});

const COUNT_CHECKS: Record<keyof AgentLedger, Check> = {
  received: isCount,
  receivedBytes: isCount,
  published: isCount,
  filtered: isCount,
  sampled: isCount,
  unread: isCount,
  waiting: isCount,
  dropped: (value) => isRecord(value) && fits(value, DROPPED),
};

const COUNTS = formOf<AgentLedger>(COUNT_CHECKS);

const RECORD = formOf<LedgerMessage>({
  ...COUNT_CHECKS,
  ledger: (value) => value === 1,
  agent: isName,
  source: isName,
  session: isName,
  started: isTime,
  time: isTime,
  number: (value) => isCount(value) && value !== 0,
  ended: (value) => typeof value === 'boolean',
});
