import type { LedgerMessage } from '@antinex/decoder';
import type { Message } from '../converter.ts';

/** What an agent publishes: packets, and now and then a record of its ledger. */
export type Published = Message | LedgerMessage;
