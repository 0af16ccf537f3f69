import { within } from '@antinex/runtime';
import type { Codec, Publisher } from '../types.ts';
import { isRefusedForever } from './direct-sender.ts';
import type { SpoolRecord } from './log-reader.ts';

/** Bounds of what is on its way to the broker; a single record may be longer. */
const MAX_RECORDS = 16;
const MAX_BYTES = 4 * 2 ** 20;

const LINE_FEED = Buffer.from('\n');

/** A record on its way. */
interface Sent {
  readonly record: SpoolRecord;
  readonly abort: AbortController;
  /** Lines of it that are no messages. */
  readonly malformed: { readonly bytes: Uint8Array; readonly messages: number };
  /** Resolves to what went wrong; never rejects. */
  readonly ended: Promise<unknown>;
}

/** Records of the log that the broker was given and has not confirmed, oldest first. */
export class ReplayWindow<T> {
  readonly #publisher: Publisher<T>;
  readonly #codec: Codec<T>;
  readonly #sent: Sent[] = [];
  #bytes = 0;
  #hasFailed = false;

  constructor(publisher: Publisher<T>, codec: Codec<T>) {
    this.#publisher = publisher;
    this.#codec = codec;
  }

  /** Not after a failure either: what is sent then might overtake what failed. */
  get takesMore(): boolean {
    return !this.#hasFailed && this.#sent.length < MAX_RECORDS && this.#bytes < MAX_BYTES;
  }

  get first(): Sent | undefined {
    return this.#sent[0];
  }

  send(record: SpoolRecord): void {
    const { messages, malformed } = this.#codec.decode(record.payload);
    const bytes = Buffer.concat(malformed.flatMap((line) => [line.bytes, LINE_FEED]));
    const abort = new AbortController();
    const ended = this.#publisher.publish(messages, { signal: abort.signal }).then(
      () => undefined,
      (error) => {
        this.#hasFailed ||= !isRefusedForever(error);
        return error;
      },
    );
    this.#bytes += record.payload.length;
    this.#sent.push({ record, abort, malformed: { bytes, messages: malformed.length }, ended });
  }

  /** The first one is done with. */
  shift(): void {
    this.#bytes -= this.#sent.shift()?.record.payload.length ?? 0;
  }

  abort(): void {
    for (const { abort } of this.#sent) abort.abort();
  }

  /** Waits so long until nothing is on its way any more. */
  async settled(waitMs: number): Promise<void> {
    await within(waitMs, Promise.all(this.#sent.map(({ ended }) => ended)));
  }
}
