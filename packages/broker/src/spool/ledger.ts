import type { SpoolCounters } from './events.ts';

/** What a spool counts. `written` and `released` are numbers of messages since the spool was made. */
export class SpoolLedger {
  /** Number of the message that comes next. */
  written = 0;
  /** Number of the oldest message that was not released. */
  released = 0;
  /** When the oldest message was put into the spool; while it is not known, when the one before it was. */
  oldestMs: number | undefined;
  /** Length of all files. */
  diskBytes = 0;
  appendedMessages = 0;
  replayedMessages = 0;
  droppedMessages = 0;
  tornBytes = 0;
  corruptBytes = 0;

  get waitingMessages(): number {
    return Math.max(0, this.written - this.released);
  }

  append(messages: number): void {
    if (this.oldestMs === undefined) this.oldestMs = Date.now();
    this.written += messages;
    this.appendedMessages += messages;
  }

  /** Messages are done with. Numbers that were left out before them belong to messages that are gone. */
  release(number: number, messages: number): void {
    this.skipTo(number);
    this.released = Math.max(this.released, number + messages);
    this.replayedMessages += messages;
  }

  /** What was not released below `number` is gone. */
  skipTo(number: number): void {
    this.droppedMessages += Math.max(0, number - this.released);
    this.released = Math.max(this.released, number);
  }

  /** Messages that are about to be released were not sent on. */
  setAside(bytes: number, messages: number): void {
    this.diskBytes += bytes;
    this.corruptBytes += bytes;
    this.droppedMessages += messages;
    this.replayedMessages -= messages;
  }

  counters(spooledBytes: number): SpoolCounters {
    const { appendedMessages, replayedMessages, droppedMessages, tornBytes, corruptBytes, oldestMs } = this;
    return {
      spooledMessages: this.waitingMessages,
      spooledBytes,
      appendedMessages,
      replayedMessages,
      droppedMessages,
      tornBytes,
      corruptBytes,
      oldestAgeMs: oldestMs === undefined ? undefined : Math.max(0, Date.now() - oldestMs),
    };
  }
}
