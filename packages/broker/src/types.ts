/** The most messages one publish, and so one delivery, may hold. */
export const MAX_BATCH_MESSAGES = 256;

/**
 * Hands batches of messages to a queue. No connection shows through: what a driver needs it gets
 * from its URL. Whoever publishes must not change a message afterwards; drivers do not copy.
 */
export interface Publisher<T = unknown> {
  /**
   * Resolves once the queue has taken the batch over: the broker confirmed it, or, in memory, there
   * was room for it. While the queue is full the promise waits: that is the backpressure.
   * Several calls may be under way; the queue keeps the order of the calls.
   *
   * @throws PipelineError BATCH_TOO_LARGE above MAX_BATCH_MESSAGES, QUEUE_CLOSED after close();
   * the signal's reason when it aborts before the batch was taken, which then will not be.
   */
  publish(batch: readonly T[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Resolves once no publish is under way any more, however they ended. */
  flush(): Promise<void>;
  /** Takes no more, flushes and lets go of the queue. May be called again. */
  close(): Promise<void>;
}

/**
 * Takes deliveries from a queue. Each delivery goes to one consumer and stays its own until settled;
 * of a consumer that ends without settling them, others get them again.
 */
export interface Consumer<T = unknown> {
  /**
   * Nothing more is delivered while this many messages are unsettled: who settles only after a
   * write to disk must write at least this often.
   */
  readonly maxUnsettled: number;
  /**
   * Deliveries in the order of the queue, until close(). Leaving the loop does not close the consumer.
   *
   * In memory the loop ends by itself, as a pipe does, once every publisher has closed and the queue is empty.
   */
  receive(): AsyncIterable<Delivery<T>>;
  /** Ends receive() and gives unsettled deliveries back to the queue. May be called again. */
  close(): Promise<void>;
}

/**
 * The messages of one publish (a driver that sends one message at a time may group them otherwise).
 * Settle it once, by ack, requeue or reject; further calls do nothing.
 * Settling after the consumer was closed throws PipelineError QUEUE_CLOSED: somebody else will get the messages.
 */
export interface Delivery<T = unknown> {
  readonly messages: readonly T[];
  /** Somebody may have had these before and not finished: look for duplicates. */
  readonly redelivered: boolean;
  /** Why it was rejected; only on deliveries of a dead-letter queue. */
  readonly reason: string | undefined;
  /** Done: call it when what came of the messages is durable, not before. */
  ack(): Promise<void>;
  /** Not done: the queue delivers it again, at its old place if the queue can. */
  requeue(): Promise<void>;
  /** Cannot be done, ever: to the dead-letter queue (deadLetterQueue()) with it. */
  reject(reason: string): Promise<void>;
}

/** Which queue of the broker, and how it is used. */
export interface QueueOptions {
  /** The queue's name, NEW_PACKETS unless given. */
  readonly queue?: string;
}

export interface ConsumerOptions extends QueueOptions {
  readonly maxUnsettled?: number;
  /**
   * The queue forgets a delivery as it hands it out; settling it does nothing. For a consumer that
   * ends with its queue, as one in the same process does: nobody could get the messages again.
   */
  readonly autoAck?: boolean;
}

/** One kind of broker. */
export interface Driver {
  connectPublisher<T>(url: URL, options: Required<QueueOptions>): Promise<Publisher<T>>;
  connectConsumer<T>(url: URL, options: Required<ConsumerOptions>): Promise<Consumer<T>>;
}

/** The queue that keeps what was rejected from `queue`. */
export const deadLetterQueue = (queue: string): string => `${queue}.dead`;
