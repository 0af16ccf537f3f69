/** What a log wants to know of a spool's life. */
export type SpoolEvent =
  /** Batches go to the disk from now on. */
  | { readonly kind: 'spooling'; readonly reason: string }
  /** All that was in the spool is confirmed by the broker; batches go straight to it again. */
  | { readonly kind: 'drained'; readonly messages: number }
  /** The bound is reached. */
  | { readonly kind: 'spool-full'; readonly limitBytes: number }
  /** The disk would not take what was to be written; nothing of it is in the spool. */
  | { readonly kind: 'spool-failed'; readonly reason: string }
  /** Bytes that could not be read: `torn`, cut off by a crash; `corrupt`, kept at `path` for inspection. */
  | {
      readonly kind: 'spool-damaged';
      readonly damage: 'torn' | 'corrupt';
      readonly path: string;
      readonly bytes: number;
    }
  /** So much was still in the spool at close(): the next start sends it. */
  | { readonly kind: 'left-in-spool'; readonly messages: number; readonly bytes: number };

/** For metrics. What counts up does so since the spool was opened. */
export interface SpoolCounters {
  /** Messages in the spool now. */
  readonly spooledMessages: number;
  /** Bytes of the records in the spool now. */
  readonly spooledBytes: number;
  /** Messages that went into the spool. */
  readonly appendedMessages: number;
  /** Messages that the broker confirmed after they were in the spool. */
  readonly replayedMessages: number;
  /** Messages that were in the spool and could not be read back. */
  readonly droppedMessages: number;
  /** Bytes after which a file ended in the middle of a record, as a crash leaves it. */
  readonly tornBytes: number;
  /** Bytes that were set aside in *.corrupt files. */
  readonly corruptBytes: number;
  /** How long ago the oldest message in the spool was put there; undefined when there is none. */
  readonly oldestAgeMs: number | undefined;
}
