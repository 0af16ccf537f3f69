import { MessageRow } from '@antinex/dataset';
import type { LedgerMessage } from '@antinex/decoder';

/**
 * A packet as it comes from a broker: schema 2, or legacy without a `schema`. What else it holds is
 * up to whoever sent it.
 */
export interface ParsedMessage {
  readonly schema?: unknown;
  /** Unique; Python's agents have none. */
  readonly id?: unknown;
  /** The layers; null where the legacy schema has no form for the packet. */
  readonly data: object | null;
}

/** A packet, as objects or, where nobody needs those, as the row it becomes. */
export type Message = ParsedMessage | MessageRow;

/** What a delivery may hold: packets, and now and then what an agent tells of itself. */
export type Delivered = Message | LedgerMessage;

/** What a processor writes: messages as they are, each schema to its own dataset, or all of them as legacy ones. */
export type OutputSchema = '2' | 'legacy';

export const isSchema2 = (message: Message): boolean => message.schema === 2;

/** Whether the schema that is written has no form for the packet. */
export const isFormless = (message: Message): boolean =>
  !(message instanceof MessageRow) && message.data === null;

/** The packet's id, where it has one. */
export const idOf = ({ id }: Message): string | undefined => (typeof id === 'string' ? id : undefined);
