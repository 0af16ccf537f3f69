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
   * the signal's reason when it aborts before the batch was taken, which then will not be; a batch
   * already on its way to a broker may arrive all the same.
   *
   * What a broker did not confirm before its connection was lost is sent again, so messages may arrive
   * twice: their ids tell.
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
 *
 * A resolved promise means that the broker is being told, not that it knows. Where the connection was lost
 * before, the messages come again, `redelivered`, and settling the old delivery may do nothing.
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

/** How a message is told on the wire: `batch`, up to MAX_BATCH_MESSAGES as NDJSON; `kombu`, one by one as kombu does. */
export type Wire = 'batch' | 'kombu';

/**
 * How messages become bytes and come back, for drivers that leave the process. The default writes
 * with JSON.stringify and parses whole lines; who has a faster way, or wants the bare lines, brings one.
 */
export interface Codec<T> {
  /**
   * NDJSON: one JSON text and one line feed a message, in their order. Drivers keep the bytes until they
   * are confirmed: nobody may write into them again.
   */
  encode(messages: readonly T[]): Uint8Array;
  /** The messages of NDJSON text; a last line may lack its line feed. Never throws: what is none is told. */
  decode(ndjson: Uint8Array): Decoded<T>;
}

export interface Decoded<T> {
  readonly messages: T[];
  /** Lines that are no message of ours, for the dead-letter queue. */
  readonly malformed: readonly { readonly bytes: Uint8Array; readonly reason: string }[];
}

/** What a log or a metric wants to know of a connection's life. */
export type BrokerEvent =
  | { readonly kind: 'disconnected' | 'retrying'; readonly reason: string; readonly retryMs: number }
  | { readonly kind: 'connected' }
  /** The broker is short of memory or disk and takes nothing; until `unblocked` or `disconnected`. */
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'unblocked' }
  /** A message that could not be read went to the dead-letter queue. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly messages: number }
  /** The dead-letter queue was full: this many of its oldest broker messages made room. */
  | { readonly kind: 'discarded'; readonly messages: number };

/** Where a broker listens. */
export interface BrokerHost {
  readonly host: string;
  readonly port: number;
}

/** Files and names for TLS, from FORWARD_SSL_OPTIONS and the like. Servers are verified unless told otherwise. */
export interface TlsOptions {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly servername?: string;
  readonly insecure?: boolean;
}

/** Which queue of the broker, and how it is used. */
export interface QueueOptions<T = unknown> {
  /** The queue's name, NEW_PACKETS unless given. */
  readonly queue?: string;
  readonly wire?: Wire;
  /** Kombu's exchange and routing key; the queue's name unless given. */
  readonly exchange?: string;
  readonly routingKey?: string;
  readonly codec?: Codec<T>;
  readonly tls?: TlsOptions;
  /** Called with what happens to the connection; must not throw. */
  readonly onEvent?: (event: BrokerEvent) => void;
}

export interface ConsumerOptions<T = unknown> extends QueueOptions<T> {
  readonly maxUnsettled?: number;
  /**
   * The queue forgets a delivery as it hands it out; settling it does nothing. For a consumer that
   * ends with its queue, as one in the same process does: nobody could get the messages again.
   */
  readonly autoAck?: boolean;
}

/** Options with every default filled in; what has no default may be undefined. */
export type ResolvedOptions<O> = Required<Omit<O, 'tls'>> & { readonly tls: TlsOptions | undefined };

/** One kind of broker. */
export interface Driver {
  connectPublisher<T>(url: URL, options: ResolvedOptions<QueueOptions<T>>): Promise<Publisher<T>>;
  connectConsumer<T>(url: URL, options: ResolvedOptions<ConsumerOptions<T>>): Promise<Consumer<T>>;
}

/** The queue that keeps what was rejected from `queue`. */
export const deadLetterQueue = (queue: string): string => `${queue}.dead`;
