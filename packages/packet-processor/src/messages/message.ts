/**
 * A packet as it comes from a broker: schema 2, or legacy without a `schema`. What else it holds is
 * up to whoever sent it.
 */
export interface Message {
  readonly schema?: unknown;
  /** Unique; Python's agents have none. */
  readonly id?: unknown;
  /** The layers; null where the legacy schema has no form for the packet. */
  readonly data: object | null;
}

/** What a processor writes: messages as they are, each schema to its own dataset, or all of them as legacy ones. */
export type OutputSchema = '2' | 'legacy';

export const isSchema2 = (message: Message): boolean => message.schema === 2;

/** The packet's id, where it has one. */
export const idOf = ({ id }: Message): string | undefined => (typeof id === 'string' ? id : undefined);
