/** What a consumer holds until it is settled. */
export interface Taken<T> {
  readonly messages: readonly T[];
  readonly redelivered: boolean;
  readonly reason: string | undefined;
}

/** The part of consuming that differs between the wires. What it rejects with, another try may mend. */
export interface Source<T, E extends Taken<T>> {
  /** How often keepAlive() has to be called, in milliseconds. */
  readonly keepAliveMs: number;
  /** Makes the queue where it does not exist. */
  open(): Promise<void>;
  /** What comes next, up to about `room` messages; nothing after a short wait. */
  take(room: number): Promise<E[]>;
  /** The queue forgets them. */
  ack(taken: readonly E[]): Promise<void>;
  /** Others get it again, at its old place. */
  requeue(taken: E): Promise<void>;
  /** Goes to the dead-letter queue. */
  reject(taken: E, reason: string): Promise<void>;
  /** Tells that these are still worked on, so that nobody else gets them. */
  keepAlive(taken: readonly E[]): Promise<void>;
  /** The end: others get these again. */
  leave(taken: readonly E[]): Promise<void>;
  /** Closes what is the source's own. */
  close(): void;
}
