import type { Codec } from './types.ts';

const LINE_FEED = 10;

/** Messages as JSON.stringify writes them and JSON.parse reads them. */
export function jsonCodec<T>(): Codec<T> {
  return {
    encode: (messages) => Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join('')),
    decode: (ndjson) => {
      const messages: T[] = [];
      const malformed: { bytes: Uint8Array; reason: string }[] = [];
      for (const line of linesOf(ndjson)) {
        try {
          messages.push(JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString()) as T);
        } catch (error) {
          malformed.push({ bytes: line, reason: (error as Error).message });
        }
      }
      return { messages, malformed };
    },
  };
}

/** The lines of a text, without their line feeds; empty lines are left out. */
export function* linesOf(text: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(LINE_FEED, start);
    const stop = end < 0 ? text.length : end;
    if (stop > start) yield text.subarray(start, stop);
    start = stop + 1;
  }
}
