import { type Codec, jsonCodec } from '@antinex/broker';
import { legacyJson, TextWriter, writeMessageJson } from '@antinex/decoder';
import { isLegacy, type Message } from '../converter.ts';

const LINE_FEED = 10;

/** Messages as our agents write them: the decoder's own JSON, several times faster than JSON.stringify. */
export function messageCodec(): Codec<Message> {
  const out = new TextWriter();
  return {
    encode(messages) {
      out.length = 0;
      for (const message of messages) {
        if (isLegacy(message)) out.ascii(legacyJson(message));
        else writeMessageJson(message, out);
        out.byte(LINE_FEED);
      }
      return Buffer.from(out.view());
    },
    decode: jsonCodec<Message>().decode,
  };
}
